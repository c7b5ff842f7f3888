#include "kernel/runtime/skills/package_stamp.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "kernel/runtime/skills/skill_file.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kEntriesMax = 4'000;
constexpr std::size_t kWatchedMax = 64;  // directories of one package
constexpr std::size_t kDepthMax = 32;

// splitmix64: each bit of the input moves half of the output's.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E37'79B9'7F4A'7C15;
  value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9;
  value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EB;
  return value ^ (value >> 31);
}

std::uint64_t number_of(std::string_view path, const struct stat& status) {
  auto stamp = stamp_of(status);
  std::uint64_t sum = std::hash<std::string_view>()(path);
  for (auto part : {stamp.inode, static_cast<std::uint64_t>(stamp.size), static_cast<std::uint64_t>(stamp.modified_ns),
                    static_cast<std::uint64_t>(stamp.changed_ns), static_cast<std::uint64_t>(status.st_mode)})
    sum = mix(sum ^ part);
  return sum;
}

// Directories come in any order: the numbers of their entries are added.
class Walk {
 public:
  explicit Walk(const std::string& root) : root_(root) {}

  void enter(const std::string& relative, std::size_t depth, bool is_watched) {
    auto path = relative.empty() ? root_ : root_ + '/' + relative;
    std::unique_ptr<DIR, decltype(&::closedir)> stream(::opendir(path.c_str()), &::closedir);
    if (!stream) return;
    if (is_watched && !relative.empty() && look_.below.size() < kWatchedMax) look_.below.push_back(relative);
    std::vector<std::string> folders;
    while (const dirent* entry = entries_ < kEntriesMax ? ::readdir(stream.get()) : nullptr) {
      std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      ++entries_;
      struct stat status{};
      if (::fstatat(::dirfd(stream.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      auto below = relative.empty() ? std::string(name) : relative + '/' + entry->d_name;
      bool is_folder = S_ISDIR(status.st_mode);
      if (!is_folder && below != "SKILL.md") look_.stamp += number_of(below, status);
      if (is_folder && name != ".git" && name != "node_modules") folders.push_back(std::move(below));
    }
    stream.reset();
    for (const auto& folder : folders) {
      auto name = std::string_view(folder).substr(folder.rfind('/') + 1);
      if (depth < kDepthMax) enter(folder, depth + 1, is_watched && !is_made_by_programs(name));
    }
  }

  PackageLook take() && {
    if (look_.stamp == 0) look_.stamp = 1;
    return std::move(look_);
  }

 private:
  const std::string& root_;
  std::size_t entries_ = 0;
  PackageLook look_;
};

}  // namespace

bool is_made_by_programs(std::string_view name) {
  constexpr auto kNames = std::to_array<std::string_view>({".git", "node_modules", "dist", "build", ".venv", "venv",
                                                           "__pycache__", ".mypy_cache", ".pytest_cache", ".cache"});
  return std::ranges::find(kNames, name) != kNames.end();
}

PackageLook look_at_package(const std::string& directory) {
  Walk walk(directory);
  walk.enter("", 0, true);
  return std::move(walk).take();
}

}  // namespace chela::runtime::skills
