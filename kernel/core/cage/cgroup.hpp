#pragma once

// The control group of one child and of everything that it starts. Any thread, one at a time; blocking, but quick.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/cage/cgroup_place.hpp"
#include "kernel/core/cage/policy.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela::cage {

class Cgroup {
 public:
  // Makes the group below `place` and sets the limits for which there is a controller; `name` is unique in this
  // process. Error: a folder or a limit that the system refuses.
  static Result<Cgroup> create(const CgroupPlace& place, std::string_view name, const Limits& limits);
  Cgroup(Cgroup&&) noexcept = default;
  Cgroup& operator=(Cgroup&&) = delete;
  ~Cgroup();  // removes the group, if nothing is in it any more

  bool counts_memory() const { return !memory_.empty(); }
  bool counts_processes() const { return !processes_.empty(); }
  // Out of memory, version 2 ends the whole group; version 1 only one process in it, and the rest goes on.
  bool ends_whole_group() const { return unified_; }
  // Open for writing: what a child enters before it begins.
  Result<std::vector<platform::OwnedDescriptor>> entrances() const;

  struct Usage {
    std::uint64_t memory_bytes = 0;
    std::uint64_t peak_memory_bytes = 0;
    std::chrono::microseconds cpu_time{0};
    std::uint32_t processes = 0;
  };
  Usage usage() const;
  bool ran_out_of_memory() const;  // the kernel killed something in it for that
  void kill_all() const;

 private:
  Cgroup() = default;

  bool unified_ = false;
  std::vector<std::filesystem::path> folders_;  // each once
  std::filesystem::path memory_;
  std::filesystem::path processes_;
  std::filesystem::path cpu_time_;
};

}  // namespace chela::cage
