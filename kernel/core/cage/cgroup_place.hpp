#pragma once

// Where this process may make control groups, of version 2 or 1 (cgroups(7)). Any thread; blocking, but quick.

#include <filesystem>
#include <string_view>

namespace chela::cage {

// A folder per controller below which groups are made; empty where there is none. In version 2 they are the same.
struct CgroupPlace {
  bool unified = false;  // version 2
  std::filesystem::path memory;
  std::filesystem::path processes;
  std::filesystem::path cpu;
  std::filesystem::path cpu_time;

  bool usable() const { return !memory.empty() || !processes.empty(); }
};

// The folders of this process's own groups, from the texts of /proc/self/mountinfo and /proc/self/cgroup; controllers
// of version 1 go first where both versions are mounted, since a controller is in one of them only. Not looked at on
// disk.
CgroupPlace own_cgroups(std::string_view mounts, std::string_view groups);

// What of it can be used: folders that can be written. Of version 2 only controllers that are delegated to groups
// below; where this process is alone in a group of its own that it may write (a service with Delegate=yes), it moves
// itself into a group `gateway` below and delegates them.
CgroupPlace prepare_cgroups();

// Removes the groups in `folder` that are empty and whose maker is gone or is this process; for the thread that starts
// children, between two starts. A group cannot be removed while its last process is still ending.
void remove_leftover_cgroups(const std::filesystem::path& folder);

// The start of the name of every group: `chela-PID-` of the process that made it.
std::string cgroup_prefix();

}  // namespace chela::cage
