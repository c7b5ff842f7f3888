#include "kernel/core/cage/cgroup.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "kernel/core/base/text.hpp"

namespace chela::cage {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCpuPeriodUs = 100'000;
constexpr int kKillRounds = 50;

Result<void> write_value(const fs::path& file, std::string_view value) {
  platform::OwnedDescriptor opened(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!opened.valid() || write(opened.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) {
    return fail_errno(fmt::format("setting {} to {}", file.string(), value), errno);
  }
  return {};
}

std::string read_value(const fs::path& file) {
  std::string text;
  platform::OwnedDescriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> part{};
  for (ssize_t got = 0; opened.valid() && (got = read(opened.get(), part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The number after `key` in lines of `key number`.
std::uint64_t field(std::string_view text, std::string_view key) {
  for (std::string_view line : split(text, '\n')) {
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ') {
      return number(line.substr(key.size() + 1));
    }
  }
  return 0;
}

Result<void> limit_memory(const fs::path& folder, bool unified, std::uint64_t bytes) {
  auto value = fmt::to_string(bytes);
  CHELA_CHECK(write_value(folder / (unified ? "memory.max" : "memory.limit_in_bytes"), value));
  // Without swap the limit means what it says; kernels without swap accounting do not have these files.
  if (unified) {
    static_cast<void>(write_value(folder / "memory.swap.max", "0"));
    static_cast<void>(write_value(folder / "memory.oom.group", "1"));
  } else {
    static_cast<void>(write_value(folder / "memory.memsw.limit_in_bytes", value));
  }
  return {};
}

Result<void> limit_cpu(const fs::path& folder, bool unified, std::uint32_t percent) {
  auto quota = kCpuPeriodUs * percent / 100;
  if (unified) return write_value(folder / "cpu.max", fmt::format("{} {}", quota, kCpuPeriodUs));
  CHELA_CHECK(write_value(folder / "cpu.cfs_period_us", fmt::to_string(kCpuPeriodUs)));
  return write_value(folder / "cpu.cfs_quota_us", fmt::to_string(quota));
}

}  // namespace

Result<Cgroup> Cgroup::create(const CgroupPlace& place, std::string_view name, const Limits& limits) {
  Cgroup group;
  group.unified_ = place.unified;
  auto make = [&](const fs::path& parent) -> Result<fs::path> {
    if (parent.empty()) return fs::path();
    auto folder = parent / (cgroup_prefix() + std::string(name));
    if (std::ranges::find(group.folders_, folder) != group.folders_.end()) return folder;
    remove_leftover_cgroups(parent);
    if (mkdir(folder.c_str(), 0755) != 0) return fail_errno("making the control group " + folder.string(), errno);
    group.folders_.push_back(folder);
    return folder;
  };
  CHELA_TRY(group.memory_, make(place.memory));
  if (!group.memory_.empty() && limits.memory_bytes != 0) {
    CHELA_CHECK(limit_memory(group.memory_, place.unified, limits.memory_bytes));
  }
  if (limits.processes != 0) {
    CHELA_TRY(group.processes_, make(place.processes));
    if (!group.processes_.empty()) {
      CHELA_CHECK(write_value(group.processes_ / "pids.max", fmt::to_string(limits.processes)));
    }
  }
  if (limits.cpu_percent != 0) {
    CHELA_TRY(fs::path cpu, make(place.cpu));
    if (!cpu.empty()) CHELA_CHECK(limit_cpu(cpu, place.unified, limits.cpu_percent));
  }
  CHELA_TRY(group.cpu_time_, make(place.cpu_time));
  return group;
}

Cgroup::~Cgroup() {
  for (const fs::path& folder : folders_) rmdir(folder.c_str());
}

Result<std::vector<platform::OwnedDescriptor>> Cgroup::entrances() const {
  std::vector<platform::OwnedDescriptor> opened;
  for (const fs::path& folder : folders_) {
    opened.emplace_back(open((folder / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    if (!opened.back().valid()) return fail_errno("opening the control group " + folder.string(), errno);
  }
  return opened;
}

Cgroup::Usage Cgroup::usage() const {
  Usage usage;
  if (!memory_.empty()) {
    usage.memory_bytes = number(read_value(memory_ / (unified_ ? "memory.current" : "memory.usage_in_bytes")));
    usage.peak_memory_bytes = number(read_value(memory_ / (unified_ ? "memory.peak" : "memory.max_usage_in_bytes")));
  }
  if (!processes_.empty()) {
    usage.processes = static_cast<std::uint32_t>(number(read_value(processes_ / "pids.current")));
  }
  if (!cpu_time_.empty()) {
    usage.cpu_time = std::chrono::microseconds(unified_ ? field(read_value(cpu_time_ / "cpu.stat"), "usage_usec")
                                                        : number(read_value(cpu_time_ / "cpuacct.usage")) / 1000);
  }
  return usage;
}

bool Cgroup::ran_out_of_memory() const {
  if (memory_.empty()) return false;
  return field(read_value(memory_ / (unified_ ? "memory.events" : "memory.oom_control")), "oom_kill") > 0;
}

void Cgroup::kill_all() const {
  if (folders_.empty()) return;
  if (unified_ && write_value(folders_.front() / "cgroup.kill", "1")) return;
  // Version 1 cannot: what forks meanwhile is met in the next round, and its limit of processes ends that.
  for (int round = 0; round < kKillRounds; ++round) {
    auto list = read_value(folders_.front() / "cgroup.procs");
    if (trim(list).empty()) return;
    for (std::string_view line : split(trim(list), '\n')) {
      if (auto pid = static_cast<pid_t>(number(line)); pid > 0) kill(pid, SIGKILL);
    }
  }
}

}  // namespace chela::cage
