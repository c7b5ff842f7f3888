#include "kernel/core/platform/spawn.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "kernel/core/platform/owned_descriptor.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

// What a shell script says on its descriptor 1, and its wait status.
class SpawnTest : public testing::Test {
 protected:
  std::string run(SpawnRequest request, std::string script) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    OwnedDescriptor ours(ends[0]);
    OwnedDescriptor theirs(ends[1]);
    request.argv = {"/bin/sh", "-c", std::move(script)};
    request.environment = {{"PATH", "/usr/bin:/bin"}};
    request.descriptors.insert(request.descriptors.begin(), {-1, theirs.get(), -1});
    auto pid = spawn(request);
    EXPECT_TRUE(pid) << pid.error().message;
    if (!pid) return {};
    theirs.reset();
    std::string said;
    std::array<char, 1024> part{};
    for (ssize_t got = 0; (got = read(ours.get(), part.data(), part.size())) > 0;) {
      said.append(part.data(), static_cast<std::size_t>(got));
    }
    waitpid(*pid, &status, 0);
    return said;
  }
  int status = 0;
};

TEST_F(SpawnTest, DescriptorsMoveToTheirPlaces) {
  TemporaryDirectory directory;
  // Numbers that are each other's targets: 3 must become what is 5 here, whatever is at 3.
  std::array<OwnedDescriptor, 3> files;
  SpawnRequest request;
  for (int i = 2; i >= 0; --i) {
    auto file = directory.path() / std::to_string(i);
    files[static_cast<std::size_t>(i)].reset(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    EXPECT_EQ(write(files[static_cast<std::size_t>(i)].get(), fmt::to_string(i).data(), 1), 1);
    lseek(files[static_cast<std::size_t>(i)].get(), 0, SEEK_SET);
  }
  for (const auto& file : files) request.descriptors.push_back(file.get());
  EXPECT_EQ(run(std::move(request), "cat <&3; cat <&4; cat <&5; ls /proc/self/fd | tr '\\n' ' '"), "0120 1 2 3 4 5 6 ");
}

TEST_F(SpawnTest, LimitsHoldAndAreLoweredToWhatIsAllowed) {
  rlimit mine{};
  getrlimit(RLIMIT_NOFILE, &mine);
  SpawnRequest request;
  request.limits = {{RLIMIT_CORE, 0}, {RLIMIT_FSIZE, 1024}, {RLIMIT_NOFILE, RLIM_INFINITY}};
  EXPECT_EQ(run(std::move(request), "ulimit -c; ulimit -f; ulimit -n"), fmt::format("0\n2\n{}\n", mine.rlim_max));
}

TEST_F(SpawnTest, SignalsAreAtTheirDefaults) {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGTERM, SIG_IGN);
  run({}, "kill -TERM $$; echo still here");
  ::signal(SIGTERM, SIG_DFL);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(SpawnTest, SaysWhichStepFailed) {
  SpawnRequest request;
  request.argv = {"/bin/true"};
  request.working_directory = "/nonexistent";
  auto pid = spawn(request);
  ASSERT_FALSE(pid);
  EXPECT_EQ(pid.error().code, ErrorCode::not_found);
  EXPECT_TRUE(pid.error().message.contains("entering its working directory")) << pid.error().message;
  request.working_directory.clear();
  OwnedDescriptor read_only(open("/dev/null", O_RDONLY | O_CLOEXEC));
  request.control_groups = {read_only.get()};
  pid = spawn(request);
  ASSERT_FALSE(pid);
  EXPECT_TRUE(pid.error().message.contains("control group")) << pid.error().message;
}

}  // namespace
}  // namespace chela::platform
