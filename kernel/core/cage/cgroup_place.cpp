#include "kernel/core/cage/cgroup_place.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::cage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "chela-";
constexpr std::size_t kTextBytesMax = 1u << 20;

struct Mount {
  std::string root;                      // the part of the hierarchy that is mounted
  std::string point;                     // where
  std::vector<std::string> controllers;  // empty: version 2

  bool has(std::string_view controller) const {
    return std::ranges::find(controllers, controller) != controllers.end();
  }
};

// proc_pid_mountinfo(5): `36 35 98:0 ROOT POINT OPTIONS … - TYPE SOURCE SUPER_OPTIONS`.
std::vector<Mount> cgroup_mounts(std::string_view text) {
  std::vector<Mount> mounts;
  for (std::string_view line : split(text, '\n')) {
    auto dash = line.find(" - cgroup");
    if (dash == std::string_view::npos) continue;
    auto before = split(line.substr(0, dash), ' ');
    auto after = split(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    Mount mount{std::string(before[3]), std::string(before[4]), {}};
    if (after[0] == "cgroup") {
      for (auto option : split(after[2], ',')) mount.controllers.emplace_back(option);
    }
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

// The folder of the group `path` of a hierarchy that is mounted from `mount.root`; nothing when it is not mounted.
std::optional<fs::path> folder_of(const Mount& mount, std::string_view path) {
  std::string_view root = mount.root == "/" ? "" : std::string_view(mount.root);
  if (path.contains("..") || !path.starts_with(root)) return std::nullopt;
  auto rest = path.substr(root.size());
  if (!rest.empty() && rest[0] != '/') return std::nullopt;
  return fs::path(mount.point + std::string(rest == "/" ? "" : rest));
}

void set_controller(CgroupPlace& place, std::string_view controller, const fs::path& folder) {
  if (controller == "memory") place.memory = folder;
  if (controller == "pids") place.processes = folder;
  if (controller == "cpu") place.cpu = folder;
  if (controller == "cpuacct") place.cpu_time = folder;
}

std::string read_text(const fs::path& file) {
  std::ifstream stream(file);  // the size of these files is not known before
  std::string text(std::istreambuf_iterator<char>(stream), {});
  return text.substr(0, kTextBytesMax);
}

bool write_text(const fs::path& file, std::string_view text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  return stream.good();
}

bool has_word(std::string_view text, std::string_view word) {
  auto words = split(trim(text), ' ');
  return std::ranges::find(words, word) != words.end();
}

// A service with Delegate=yes stands in its group, and version 2 allows no processes beside groups with controllers.
fs::path make_room(const fs::path& own) {
  auto controllers = read_text(own / "cgroup.subtree_control");
  if (has_word(controllers, "memory") || has_word(controllers, "pids")) return own;
  bool is_alone = trim(read_text(own / "cgroup.procs")) == fmt::to_string(getpid());
  std::error_code error;
  if (!is_alone || access((own / "cgroup.subtree_control").c_str(), W_OK) != 0) return {};
  fs::create_directory(own / "gateway", error);
  if (error || !write_text(own / "gateway" / "cgroup.procs", "0")) return {};
  for (const char* controller : {"+memory", "+pids", "+cpu"}) write_text(own / "cgroup.subtree_control", controller);
  return own;
}

CgroupPlace usable_unified(const fs::path& own) {
  CgroupPlace place{.unified = true, .memory = {}, .processes = {}, .cpu = {}, .cpu_time = {}};
  auto folder = make_room(own);
  if (folder.empty() || access(folder.c_str(), W_OK) != 0) return place;
  auto controllers = read_text(folder / "cgroup.subtree_control");
  for (std::string_view controller : {"memory", "pids", "cpu"}) {
    if (has_word(controllers, controller)) set_controller(place, controller, folder);
  }
  place.cpu_time = folder;  // counted without a controller
  return place;
}

}  // namespace

CgroupPlace own_cgroups(std::string_view mounts, std::string_view groups) {
  CgroupPlace unified{.unified = true, .memory = {}, .processes = {}, .cpu = {}, .cpu_time = {}};
  CgroupPlace separate;
  auto mounted = cgroup_mounts(mounts);
  for (std::string_view line : split(groups, '\n')) {  // `4:memory:/path`, and `0::/path` for version 2
    auto first = line.find(':');
    auto second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    auto path = line.substr(second + 1);
    for (std::string_view controller : split(line.substr(first + 1, second - first - 1), ',')) {
      for (const Mount& mount : mounted) {
        bool matches = controller.empty() ? mount.controllers.empty() : mount.has(controller);
        auto folder = matches ? folder_of(mount, path) : std::nullopt;
        if (!folder) continue;
        set_controller(separate, controller, *folder);
        if (controller.empty()) {
          unified.memory = unified.processes = unified.cpu = unified.cpu_time = *folder;
        }
      }
    }
  }
  return separate.usable() || !unified.usable() ? separate : unified;
}

CgroupPlace prepare_cgroups() {
  auto place = own_cgroups(read_text("/proc/self/mountinfo"), read_text("/proc/self/cgroup"));
  if (place.unified) place = usable_unified(place.memory);
  for (fs::path* folder : {&place.memory, &place.processes, &place.cpu, &place.cpu_time}) {
    if (folder->empty()) continue;
    if (access(folder->c_str(), W_OK) != 0) folder->clear();
  }
  return place;
}

void remove_leftover_cgroups(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::end(entry); entry.increment(error)) {
    auto name = entry->path().filename().string();
    pid_t pid = 0;
    if (!name.starts_with(kPrefix)) continue;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), pid);
    bool is_over = pid == getpid() || (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH);
    if (is_over) rmdir(entry->path().c_str());
  }
}

std::string cgroup_prefix() {
  return fmt::format("{}{}-", kPrefix, getpid());
}

}  // namespace chela::cage
