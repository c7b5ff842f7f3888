#include "kernel/core/cage/child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "kernel/core/loop/loop.hpp"
#include "tests/run_until.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::cage {
namespace {

constexpr std::uint64_t kMiB = 1ull << 20;

class CageChildTest : public testing::Test {
 protected:
  void SetUp() override { request.cgroups = prepare_cgroups(); }

  void shell(std::string script) { request.command = {"/bin/sh", "-c", std::move(script)}; }
  std::unique_ptr<Child> start() {
    request.on_output = [this](platform::OutputStream, std::string_view bytes) { output += bytes; };
    request.on_exit = [this](const ChildExit& ended) { exit = ended; };
    auto child = Child::start(loop, std::move(request));
    EXPECT_TRUE(child) << child.error().message;
    return child ? std::move(*child) : nullptr;
  }
  std::string run(std::string script) {
    shell(std::move(script));
    auto child = start();
    run_until(loop, [&] { return exit.has_value(); });
    return output;
  }
  void run_until_output(std::string_view text) {
    run_until(loop, [&] { return output.contains(text); });
  }

  TemporaryDirectory directory;
  Loop loop;
  ChildRequest request;
  std::string output;
  std::optional<ChildExit> exit;
};

TEST_F(CageChildTest, RunsAndTellsItsEnd) {
  EXPECT_EQ(run("echo out; echo err >&2; exit 3"), "out\nerr\n");
  EXPECT_EQ(exit->exit_code, 3);
  EXPECT_EQ(exit->signal, 0);
  EXPECT_EQ(exit->reason, "");
  EXPECT_GT(exit->usage.peak_memory_bytes, 0u);
}

TEST_F(CageChildTest, TellsTheSignalThatEndedTheProgram) {
  run("kill -9 $$");
  EXPECT_EQ(exit->signal, SIGKILL);
  EXPECT_EQ(exit->exit_code, -1);
}

TEST_F(CageChildTest, TalksOverDescriptorThree) {
  shell("read line <&3; echo \"got $line\" >&3");
  auto child = start();
  auto socket = child->take_socket();
  EXPECT_TRUE(fcntl(socket.get(), F_GETFD) & FD_CLOEXEC);
  EXPECT_TRUE(fcntl(socket.get(), F_GETFL) & O_NONBLOCK);
  ASSERT_EQ(write(socket.get(), "hello\n", 6), 6);
  run_until(loop, [&] { return exit.has_value(); });
  char answer[32] = {};
  EXPECT_EQ(read(socket.get(), answer, sizeof(answer)), 10);
  EXPECT_STREQ(answer, "got hello\n");
}

TEST_F(CageChildTest, HasNothingButWhatIsNamed) {
  request.policy.environment = {{"GIVEN", "x"}};
  EXPECT_EQ(run("env | grep -v -e ^PWD -e ^OLDPWD -e ^_= | sort; ls /proc/self/fd | tr '\\n' ' '"),
            "GIVEN=x\nHOME=/tmp/home\nPATH=/usr/local/bin:/usr/bin:/bin\nTMPDIR=/tmp\n0 1 2 3 4 ")
      << "three streams, the socket, and the directory that is listed";
}

TEST_F(CageChildTest, ReachesItsGrants) {
  auto real = std::filesystem::canonical(directory.path());
  std::filesystem::create_directory(real / "in");
  std::filesystem::create_directory(real / "out");
  std::ofstream(real / "in" / "file") << "content";
  request.policy.read_only = {real / "in"};
  request.policy.read_write = {real / "out"};
  request.policy.working_directory = real / "out";
  EXPECT_EQ(run("cp " + (real / "in" / "file").string() + " copy && echo x > $HOME/a && cat copy $HOME/a; id -u"),
            "contentx\n1000\n");
  EXPECT_TRUE(std::filesystem::exists(real / "out" / "copy"));
}

TEST_F(CageChildTest, StopsGently) {
  shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 1000 & wait $!; done");
  auto child = start();
  run_until_output("ready");
  child->stop();
  child->stop();
  run_until(loop, [&] { return exit.has_value(); });
  EXPECT_TRUE(output.ends_with("bye\n")) << output;
  EXPECT_EQ(exit->exit_code, 0);
}

TEST_F(CageChildTest, WhoDoesNotStopIsKilledWithItsTree) {
  request.kill_grace = std::chrono::milliseconds(50);
  shell("trap '' TERM; setsid sleep 1000 & echo ready; while :; do wait; done");
  auto child = start();
  run_until_output("ready");
  EXPECT_GE(child->usage().processes, 2u);
  EXPECT_GT(child->usage().memory_bytes, 0u);
  child->stop();
  run_until(loop, [&] { return exit.has_value(); });
  EXPECT_EQ(exit->signal, SIGKILL);
}

TEST_F(CageChildTest, DestroyingItKillsIt) {
  shell("echo ready; sleep 1000");
  auto child = start();
  run_until_output("ready");
  pid_t pid = child->pid();
  child.reset();
  run_until(loop, [&] { return ::kill(pid, 0) != 0; });
  EXPECT_FALSE(exit);
}

TEST_F(CageChildTest, OnExitMayDestroyIt) {
  std::unique_ptr<Child> child;
  shell("exit 0");
  request.on_exit = [&](const ChildExit& ended) {
    exit = ended;
    child.reset();
  };
  auto started = Child::start(loop, std::move(request));
  ASSERT_TRUE(started);
  child = std::move(*started);
  run_until(loop, [&] { return exit.has_value(); });
  EXPECT_FALSE(child);
}

TEST_F(CageChildTest, SaysWhoRanOutOfMemory) {
  request.policy.limits.memory_bytes = 32 * kMiB;
  // The system ends the inner shell only.
  run("(x=$(head -c 100000000 /dev/zero | tr '\\0' x); sleep 1000); sleep 1000");
  EXPECT_TRUE(exit->reason.contains("32 MiB")) << exit->reason << " " << output;
}

TEST_F(CageChildTest, IsWatchedWhereThereAreNoControlGroups) {
  request.cgroups = {};
  request.policy.limits.memory_bytes = 32 * kMiB;
  run("x=$(head -c 100000000 /dev/zero | tr '\\0' x); sleep 1000");
  EXPECT_EQ(exit->signal, SIGKILL);
  EXPECT_TRUE(exit->reason.contains("32 MiB")) << exit->reason;
  EXPECT_GT(exit->usage.peak_memory_bytes, 32 * kMiB);
}

TEST_F(CageChildTest, ProcessesAreCountedWhereThereAreNoControlGroups) {
  request.cgroups = {};
  request.policy.limits.processes = 10;
  run("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1000 & done; echo all; wait");
  EXPECT_TRUE(exit->reason.contains("its limit is 10") || !output.contains("all")) << exit->reason << output;
}

TEST_F(CageChildTest, NodeRunsInside) {
  request.policy.limits.processes = 64;
  request.command = {
      "/usr/bin/env", "node", "-e",
      "const {Worker} = require('worker_threads');"
      "new Worker('require(\"worker_threads\").parentPort.postMessage(1)', {eval: true})"
      ".on('message', () => console.log(require('child_process').execSync('echo child').toString().trim(),"
      " require('os').userInfo().username, new WebAssembly.Memory({initial: 1}).buffer.byteLength))"};
  auto child = start();
  run_until(loop, [&] { return exit.has_value(); });
  EXPECT_EQ(output, "child chela 65536\n");
}

TEST_F(CageChildTest, NeverRunsWithLess) {
  request.policy.read_only = {"/absent"};
  shell("true");
  auto child = Child::start(loop, std::move(request));
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace chela::cage
