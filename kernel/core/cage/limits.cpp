#include "kernel/core/cage/limits.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "kernel/core/cage/process_tree.hpp"

namespace chela::cage {
namespace {

constexpr const char* kPrlimit = "/usr/bin/prlimit";
// Above the memory limit: stacks of threads, arenas of the allocator and V8's code space are reserved, hardly used.
constexpr std::uint64_t kReservedBytes = 512ull << 20;
constexpr std::size_t kLookedAtMax = 4096;

}  // namespace

std::vector<platform::ResourceLimit> resource_limits(const Limits& limits, bool memory_is_counted) {
  std::vector<platform::ResourceLimit> list = {{RLIMIT_CORE, 0}};
  if (limits.open_files != 0) list.push_back({RLIMIT_NOFILE, limits.open_files});
  if (limits.file_bytes != 0) list.push_back({RLIMIT_FSIZE, limits.file_bytes});
  if (limits.memory_bytes != 0 && !memory_is_counted) {
    list.push_back({RLIMIT_DATA, limits.memory_bytes * 2 + kReservedBytes});
  }
  return list;
}

std::vector<std::string> with_process_limit(std::vector<std::string> command, std::uint32_t processes) {
  if (processes == 0 || access(kPrlimit, X_OK) != 0) return command;
  std::vector<std::string> limited = {kPrlimit, fmt::format("--nproc={}", processes), "--"};
  limited.insert(limited.end(), std::make_move_iterator(command.begin()), std::make_move_iterator(command.end()));
  return limited;
}

bool LimitWatch::needed(const Cgroup* group) const {
  bool memory = limits_.memory_bytes != 0 && !(group && group->counts_memory());
  bool processes = limits_.processes != 0 && !(group && group->counts_processes());
  return memory || processes || (group && group->counts_memory() && !group->ends_whole_group());
}

std::string LimitWatch::out_of_memory(const Cgroup* group) const {
  if (!group || !group->ran_out_of_memory()) return {};
  return fmt::format("it used more than its limit of {} MiB of memory", limits_.memory_bytes >> 20);
}

std::string LimitWatch::exceeded(pid_t root, const Cgroup* group) {
  if (auto reason = out_of_memory(group); !reason.empty()) return reason;
  if (group && group->counts_memory() && group->counts_processes()) return {};
  auto tree = process_tree(root, kLookedAtMax);
  auto usage = usage_of(tree);
  peak_bytes_ = std::max(peak_bytes_, usage.resident_bytes);
  if (limits_.memory_bytes != 0 && !(group && group->counts_memory()) && usage.resident_bytes > limits_.memory_bytes) {
    auto bytes = proportional_bytes(tree);
    if (bytes > limits_.memory_bytes) {
      return fmt::format("it used {} MiB of memory; its limit is {} MiB", bytes >> 20, limits_.memory_bytes >> 20);
    }
  }
  if (limits_.processes != 0 && !(group && group->counts_processes()) && usage.threads > limits_.processes) {
    return fmt::format("it had {} processes and threads; its limit is {}", usage.threads, limits_.processes);
  }
  return {};
}

}  // namespace chela::cage
