#include "kernel/runtime/skills/directory_scan.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <sys/stat.h>

#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kRawEntriesMin = 1'000;
constexpr std::size_t kRawEntriesMax = 10'000;

struct CloseDirectory {
  void operator()(DIR* stream) const { ::closedir(stream); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

enum class EntryKind { directory, link, other };

// Most file systems say of what kind an entry is; the others are asked.
EntryKind kind_of(const dirent& entry, const std::string& directory) {
  if (entry.d_type == DT_DIR) return EntryKind::directory;
  if (entry.d_type == DT_LNK) return EntryKind::link;
  if (entry.d_type != DT_UNKNOWN) return EntryKind::other;
  struct stat status{};
  if (::lstat((directory + '/' + entry.d_name).c_str(), &status) != 0) return EntryKind::other;
  return S_ISDIR(status.st_mode) ? EntryKind::directory : S_ISLNK(status.st_mode) ? EntryKind::link : EntryKind::other;
}

bool is_searched(std::string_view name) {
  return !name.starts_with('.') && name != "node_modules";
}

void report(const ScanOptions& options, const std::string& path) {
  if (options.diagnostics) options.diagnostics->push_back({LoadProblem::read, path, std::strerror(errno)});
}

// Breadth first, at most kGroupDepthMax levels: whether `is_found` holds anywhere at or below `directory`.
bool search(const std::string& directory, const ScanOptions& options,
            const std::function<bool(const std::string&, std::size_t)>& is_found, std::string_view skip_at_top) {
  struct Place {
    std::string directory;
    std::size_t depth;
  };
  ScanBudget budget(options.candidates_max);
  std::vector<Place> queue{{directory, 0}};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    auto place = queue[i];
    if (is_found(place.directory, place.depth)) return true;
    if (place.depth >= kGroupDepthMax) continue;
    auto children = list_children(place.directory, options, budget);
    if (children.size() > options.candidates_max) children.resize(options.candidates_max);
    for (const auto& [name, is_link] : children) {
      if (place.depth > 0 || name != skip_at_top) queue.push_back({place.directory + '/' + name, place.depth + 1});
    }
  }
  return false;
}

bool leads_to_directory(const std::string& link, const ScanOptions& options) {
  struct stat status{};
  if (::stat(link.c_str(), &status) == 0) return S_ISDIR(status.st_mode);
  report(options, link);
  return false;
}

bool has_link_child(const std::string& directory, std::string_view skip, std::size_t entries_max) {
  DirectoryStream stream(::opendir(directory.c_str()));
  for (std::size_t read = 0; stream && read < entries_max;) {
    const dirent* entry = ::readdir(stream.get());
    if (!entry) return false;
    std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    ++read;
    if (name != skip && is_searched(name) && kind_of(*entry, directory) == EntryKind::link)
      return true;
  }
  return false;
}

}  // namespace

std::size_t raw_entries_max(std::size_t candidates_max) {
  return candidates_max == 0 ? 0 : std::min(kRawEntriesMax, std::max(kRawEntriesMin, candidates_max * 10));
}

ScanBudget::ScanBudget(std::size_t candidates_max)
    : directories_left(candidates_max * kGroupDepthMax),
      entries_left(raw_entries_max(candidates_max) * (candidates_max + 1)) {}

std::vector<Child> list_children(const std::string& directory, const ScanOptions& options, ScanBudget& budget) {
  std::vector<Child> out;
  if (budget.directories_left == 0 || budget.entries_left == 0) {
    budget.truncated = true;
    return out;
  }
  --budget.directories_left;
  if (options.searched) options.searched->push_back(directory);
  auto entries_max = std::min(raw_entries_max(options.candidates_max), budget.entries_left);
  DirectoryStream stream(::opendir(directory.c_str()));
  if (!stream) {
    if (errno != ENOENT && errno != ENOTDIR) report(options, directory);
    return out;
  }
  std::size_t count = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (count == entries_max) {
      budget.truncated = true;
      break;
    }
    ++count;
    if (!is_searched(name)) continue;
    auto kind = kind_of(*entry, directory);
    if (kind == EntryKind::other || (kind == EntryKind::link && !options.follow_links)) continue;
    if (kind == EntryKind::link && !leads_to_directory(directory + '/' + entry->d_name, options)) continue;
    out.push_back({std::string(name), kind == EntryKind::link});
  }
  budget.entries_left -= count;
  std::ranges::sort(out, utf16_less, &Child::name);
  return out;
}

SkillEntry find_skill_file(const std::string& directory) {
  struct stat status{};
  if (::lstat((directory + "/SKILL.md").c_str(), &status) != 0) return {.exists = errno != ENOENT && errno != ENOTDIR};
  SkillEntry entry{.exists = true, .is_known = true, .is_link = S_ISLNK(status.st_mode)};
  if (S_ISREG(status.st_mode)) entry.stamp = stamp_of(status);
  return entry;
}

bool has_skill_file(const std::string& directory) {
  return find_skill_file(directory).exists;
}

bool is_directory(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string real_path_of(const std::string& path) {
  std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), &std::free);
  return resolved ? resolved.get() : "";
}

bool is_inside(const std::string& directory, const std::string& path) {
  if (directory == "/" || path == directory) return true;
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

std::string nested_root(const std::string& directory, std::size_t candidates_max, std::vector<std::string>* searched) {
  auto nested = directory + "/skills";
  if (!is_directory(nested)) return directory;
  ScanOptions options{.candidates_max = candidates_max, .follow_links = false, .searched = searched};
  auto skill_or_link = [&](const std::string& place, std::size_t depth) {
    if (depth > 0 && has_skill_file(place)) return true;
    return depth < kGroupDepthMax && has_link_child(place, depth == 0 ? "skills" : "", raw_entries_max(candidates_max));
  };
  if (!has_skill_file(directory) && search(directory, options, skill_or_link, "skills")) return directory;
  auto skill = [](const std::string& place, std::size_t) { return has_skill_file(place); };
  return search(nested, options, skill, "") ? nested : directory;
}

}  // namespace chela::runtime::skills
