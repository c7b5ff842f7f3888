#include "kernel/core/cage/process_tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela::cage {
namespace {

namespace fs = std::filesystem;

// Fields of proc_pid_stat(5), counted behind the name: state is 0.
enum StatField : std::size_t { kOwnUser = 11, kOwnSystem, kWaitedUser, kWaitedSystem, kThreads = 17, kResident = 21 };

// Files of /proc are made when they are read: one read, no size before.
std::string read_proc(const std::string& file) {
  platform::OwnedDescriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 8192> bytes{};
  ssize_t got = opened.valid() ? read(opened.get(), bytes.data(), bytes.size()) : 0;
  return got > 0 ? std::string(bytes.data(), static_cast<std::size_t>(got)) : std::string();
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::vector<pid_t> process_tree(pid_t root, std::size_t count_max) {
  std::vector<pid_t> found = {root};
  for (std::size_t next = 0; next < found.size() && found.size() < count_max; ++next) {
    auto tasks = fmt::format("/proc/{}/task", found[next]);
    std::error_code error;
    for (fs::directory_iterator task(tasks, error); !error && task != fs::end(task); task.increment(error)) {
      auto children = read_proc(task->path() / "children");
      for (std::string_view child : split(trim(children), ' ')) {
        if (auto pid = static_cast<pid_t>(number(child)); pid > 0 && found.size() < count_max) found.push_back(pid);
      }
    }
  }
  return found;
}

TreeUsage usage_of(const std::vector<pid_t>& processes) {
  static const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  static const auto ticks_per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  TreeUsage usage;
  std::uint64_t ticks = 0;
  for (pid_t pid : processes) {
    auto text = read_proc(fmt::format("/proc/{}/stat", pid));
    auto name_end = text.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos || name_end + 2 > text.size()) continue;
    auto fields = split(std::string_view(text).substr(name_end + 2), ' ');
    if (fields.size() <= kResident) continue;
    usage.threads += static_cast<std::uint32_t>(number(fields[kThreads]));
    usage.resident_bytes += number(fields[kResident]) * page_bytes;
    for (std::size_t field : {kOwnUser, kOwnSystem, kWaitedUser, kWaitedSystem}) ticks += number(fields[field]);
  }
  usage.cpu_time = std::chrono::microseconds(ticks * 1'000'000 / ticks_per_second);
  return usage;
}

std::uint64_t proportional_bytes(const std::vector<pid_t>& processes) {
  std::uint64_t bytes = 0;
  for (pid_t pid : processes) {
    auto text = read_proc(fmt::format("/proc/{}/smaps_rollup", pid));
    for (std::string_view line : split(text, '\n')) {
      if (line.starts_with("Pss:")) bytes += number(trim(line.substr(4))) * 1024;
    }
  }
  return bytes;
}

}  // namespace chela::cage
