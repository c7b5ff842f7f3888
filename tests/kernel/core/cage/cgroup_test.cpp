#include "kernel/core/cage/cgroup.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "kernel/core/cage/cgroup_place.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::cage {
namespace {

constexpr const char* kVersion2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* kVersion1 =
    "31 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "32 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
    "33 30 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "34 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

TEST(CgroupPlaceTest, FindsTheFoldersOfThisProcess) {
  struct Row {
    const char* what;
    std::string mounts;
    std::string groups;
    std::string memory;
    std::string cpu_time;
    bool unified;
  };
  const Row rows[] = {
      {"version 2", kVersion2, "0::/system.slice/chela.service\n", "/sys/fs/cgroup/system.slice/chela.service",
       "/sys/fs/cgroup/system.slice/chela.service", true},
      {"version 2, the root", kVersion2, "0::/\n", "/sys/fs/cgroup", "/sys/fs/cgroup", true},
      {"version 1 beside 2", kVersion1, "4:memory:/a/b\n3:pids:/\n2:cpu,cpuacct:/c\n0::/d\n",
       "/sys/fs/cgroup/memory/a/b", "/sys/fs/cgroup/cpu,cpuacct/c", false},
      {"a container's part", "31 30 0:28 /docker/x /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
       "4:memory:/docker/x/y\n", "/sys/fs/cgroup/memory/y", "", false},
      {"the same, itself", "31 30 0:28 /docker/x /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
       "4:memory:/docker/x\n", "/sys/fs/cgroup/memory", "", false},
      {"outside of what is mounted", "31 30 0:28 /docker/x /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
       "4:memory:/docker/xy\n", "", "", false},
      {"outside of the namespace", kVersion2, "0::/../other\n", "", "", false},
      {"nothing mounted", "25 30 0:23 / /proc rw - proc proc rw\n", "0::/\n", "", "", false},
      {"nonsense", "x\n - cgroup\n\n", ":\n::\nx\n", "", "", false},
  };
  for (const Row& row : rows) {
    auto place = own_cgroups(row.mounts, row.groups);
    EXPECT_EQ(place.memory, row.memory) << row.what;
    EXPECT_EQ(place.cpu_time, row.cpu_time) << row.what;
    EXPECT_EQ(place.unified, row.unified) << row.what;
  }
}

// Files of a control group are plain files here: what is written and read is seen.
class CgroupFilesTest : public testing::Test {
 protected:
  CgroupPlace place(bool unified) const {
    return {.unified = unified,
            .memory = directory.path(),
            .processes = directory.path(),
            .cpu = directory.path(),
            .cpu_time = directory.path()};
  }
  TemporaryDirectory directory;
};

TEST_F(CgroupFilesTest, ALimitThatCannotBeSetIsAnError) {
  auto group = Cgroup::create(place(true), "x", {.memory_bytes = 1});
  ASSERT_FALSE(group);
  EXPECT_TRUE(group.error().message.contains("memory.max")) << group.error().message;
  EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "the folder is gone";
}

TEST_F(CgroupFilesTest, ReadsUsageOfBothVersions) {
  Limits none{.memory_bytes = 0, .cpu_percent = 0, .processes = 0};
  for (bool unified : {true, false}) {
    auto group = Cgroup::create(place(unified), unified ? "two" : "one", none);
    ASSERT_TRUE(group) << group.error().message;
    auto folder = directory.path() / (cgroup_prefix() + (unified ? "two" : "one"));
    auto write = [&](const char* name, const char* text) { std::ofstream(folder / name) << text; };
    EXPECT_FALSE(group->ran_out_of_memory());
    write(unified ? "memory.current" : "memory.usage_in_bytes", "1000\n");
    write(unified ? "memory.peak" : "memory.max_usage_in_bytes", "2000\n");
    write(unified ? "cpu.stat" : "cpuacct.usage", unified ? "usage_usec 3000\nuser_usec 1\n" : "3000999\n");
    write(unified ? "memory.events" : "memory.oom_control", "oom 1\noom_kill 2\n");
    EXPECT_EQ(group->usage().memory_bytes, 1000u);
    EXPECT_EQ(group->usage().peak_memory_bytes, 2000u);
    EXPECT_EQ(group->usage().cpu_time, std::chrono::microseconds(3000));
    EXPECT_TRUE(group->ran_out_of_memory());
  }
}

}  // namespace
}  // namespace chela::cage
