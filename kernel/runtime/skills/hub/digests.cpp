#include "kernel/runtime/skills/hub/digests.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/hub/ignore_rules.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytesMax = 256u << 20;
constexpr std::size_t kEntriesMax = 100'000;
constexpr std::size_t kDepthMax = 300;
constexpr std::uint64_t kIgnoreBytesMax = 256 * 1024;

struct Entry {
  std::string path;
  std::string name;
  struct stat info;
};

struct Walk {
  std::function<bool(const Entry& entry)> wants;  // whether it is taken, and entered
  std::function<Result<void>(const Entry& entry)> take;
  std::size_t entries_left = kEntriesMax;
};

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

Result<std::vector<std::string>> names_in(const fs::path& folder) {
  std::unique_ptr<DIR, CloseDirectory> stream(::opendir(folder.c_str()));
  if (!stream) return fail_errno("reading the folder " + folder.string(), errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    if (names.size() > kEntriesMax) return fail(ErrorCode::too_large, "{} has too many entries", folder.string());
  }
  std::ranges::sort(names, utf16_less);
  return names;
}

// A folder comes before what is in it, names in the order of UTF-16 units.
Result<void> walk(const fs::path& folder, const std::string& prefix, std::size_t depth, Walk& visit) {
  if (depth > kDepthMax) return fail(ErrorCode::too_large, "{} nests too deep", folder.string());
  CHELA_TRY(auto names, names_in(folder));
  for (auto& name : names) {
    if (visit.entries_left-- == 0) return fail(ErrorCode::too_large, "{} has too many entries", folder.string());
    Entry entry{.path = prefix + name, .name = name, .info = {}};
    auto path = folder / name;
    if (::lstat(path.c_str(), &entry.info) != 0) return fail_errno("reading " + path.string(), errno);
    if (!visit.wants(entry)) continue;
    CHELA_CHECK(visit.take(entry));
    if (S_ISDIR(entry.info.st_mode)) CHELA_CHECK(walk(path, entry.path + "/", depth + 1, visit));
  }
  return {};
}

bool is_record(const Entry& entry) {
  return entry.path == ".clawhub" || entry.path == ".clawdhub";
}

Result<void> check_kind(const fs::path& folder, const Entry& entry) {
  if (S_ISDIR(entry.info.st_mode)) return {};
  if (!S_ISREG(entry.info.st_mode)) {
    return fail(ErrorCode::invalid_argument, "{}: it is neither a file nor a folder, or a link",
                (folder / entry.path).string());
  }
  if (entry.info.st_nlink > 1)
    return fail(ErrorCode::invalid_argument, "{}: it has another name elsewhere (a hard link)",
                (folder / entry.path).string());
  return {};
}

Result<HashedFile> hash(const fs::path& folder, const Entry& entry) {
  CHELA_TRY(auto bytes, platform::read_file(folder / entry.path, kFileBytesMax));
  return HashedFile{entry.path, bytes.size(), sha256_hex(bytes)};
}

void sort_for_people(std::vector<HashedFile>& files) {
  std::ranges::sort(files, [](const HashedFile& a, const HashedFile& b) {
    int order = compare_names(a.path, b.path);
    return order != 0 ? order < 0 : a.path < b.path;
  });
}

}  // namespace

Result<std::string> tree_sha256(const fs::path& folder) {
  std::string text = "[";
  Walk visit;
  visit.wants = [](const Entry& entry) { return !is_record(entry); };
  visit.take = [&](const Entry& entry) -> Result<void> {
    CHELA_CHECK(check_kind(folder, entry));
    text += text.size() > 1 ? ",{\"path\":" : "{\"path\":";
    append_json_text(text, entry.path);
    if (S_ISDIR(entry.info.st_mode)) {
      text += R"(,"type":"directory"})";
      return {};
    }
    CHELA_TRY(auto file, hash(folder, entry));
    text += fmt::format(R"(,"type":"file","sha256":"{}"}})", file.sha256);
    return {};
  };
  CHELA_CHECK(walk(folder, "", 0, visit));
  return "sha256:" + sha256_hex(text + "]");
}

Result<std::vector<HashedFile>> all_files(const fs::path& folder) {
  std::vector<HashedFile> files;
  Walk visit;
  visit.wants = [](const Entry&) { return true; };
  visit.take = [&](const Entry& entry) -> Result<void> {
    CHELA_CHECK(check_kind(folder, entry));
    if (S_ISDIR(entry.info.st_mode)) return {};
    CHELA_TRY(auto file, hash(folder, entry));
    files.push_back(std::move(file));
    return {};
  };
  CHELA_CHECK(walk(folder, "", 0, visit));
  return files;
}

Result<std::vector<HashedFile>> published_files(const fs::path& folder) {
  IgnoreRules rules;
  for (const char* name : {".gitignore", ".clawhubignore", ".clawdhubignore"}) {
    if (auto text = platform::read_file(folder / name, kIgnoreBytesMax)) rules.add_lines(*text);
  }
  std::vector<HashedFile> files;
  Walk visit;
  visit.wants = [&](const Entry& entry) {
    if (entry.name.starts_with('.') || entry.name == "node_modules") return false;
    if (S_ISDIR(entry.info.st_mode)) return true;
    return S_ISREG(entry.info.st_mode) && !rules.ignores(entry.path);
  };
  visit.take = [&](const Entry& entry) -> Result<void> {
    if (S_ISDIR(entry.info.st_mode)) return {};
    CHELA_TRY(auto file, hash(folder, entry));
    files.push_back(std::move(file));
    return {};
  };
  CHELA_CHECK(walk(folder, "", 0, visit));
  return files;
}

std::string fingerprint_of(std::vector<HashedFile> files) {
  if (files.empty()) return {};
  sort_for_people(files);
  std::string text;
  for (const auto& file : files) text += fmt::format("{}{}:{}", text.empty() ? "" : "\n", file.path, file.sha256);
  return sha256_hex(text);
}

std::string content_hash_of(std::vector<HashedFile> files) {
  sort_for_people(files);
  std::string text;
  for (const auto& file : files) {
    if (!text.empty()) text += '\n';
    text += file.path;
    text += '\0';
    text += std::to_string(file.size);
    text += '\0';
    text += file.sha256;
  }
  return sha256_hex(text);
}

}  // namespace chela::runtime::skills::hub
