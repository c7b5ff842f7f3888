#include "kernel/core/packages/tree.hpp"

#include <algorithm>

#include <sys/stat.h>

#include <cerrno>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 100'000;
constexpr std::uint64_t kBytesMax = 1u << 30;

std::string line_of(const FileRecord& file) {
  return fmt::format("file {} {} {} {}\n", file.executable ? 755 : 644, file.sha256, file.size, file.name);
}

Result<FileRecord> read_record(const fs::path& file, std::string name, std::uint64_t bytes_left) {
  struct stat info{};
  if (::lstat(file.c_str(), &info) != 0) return fail_errno("reading " + file.string(), errno);
  if (!S_ISREG(info.st_mode)) {
    return fail(ErrorCode::invalid_argument, "{}: it is a link or a device; a package holds files and folders only",
                file.string());
  }
  CHELA_TRY(auto bytes, platform::read_file(file, bytes_left));
  return FileRecord{std::move(name), (info.st_mode & 0111) != 0, bytes.size(), sha256_hex(bytes)};
}

}  // namespace

Result<std::vector<FileRecord>> read_tree(const fs::path& folder) {
  std::vector<FileRecord> files;
  std::uint64_t bytes_left = kBytesMax;
  std::error_code problem;
  fs::recursive_directory_iterator at(folder, problem), end;  // follows no links
  for (; !problem && at != end; at.increment(problem)) {
    if (at->is_directory(problem) && !at->is_symlink(problem)) continue;
    if (files.size() == kFilesMax)
      return fail(ErrorCode::too_large, "{} holds more than {} files", folder.string(), kFilesMax);
    CHELA_TRY(auto record, read_record(at->path(), at->path().lexically_relative(folder).string(), bytes_left));
    bytes_left -= record.size;
    files.push_back(std::move(record));
  }
  if (problem) return fail_errno("reading the folder " + folder.string(), problem.value());
  std::ranges::sort(files, {}, &FileRecord::name);
  return files;
}

std::string file_list_text(std::string_view id, std::string_view version, const std::vector<FileRecord>& files) {
  auto text = fmt::format("chela-package 1\nid {}\nversion {}\n", id, version);
  for (const auto& file : files) {
    if (file.name != kFileListName && file.name != kFileSignatureName) text += line_of(file);
  }
  return text;
}

std::string tree_digest(const std::vector<FileRecord>& files) {
  std::string text;
  for (const auto& file : files) text += line_of(file);
  return "sha256-" + sha256_hex(text);
}

std::string first_difference(const std::vector<FileRecord>& recorded, const std::vector<FileRecord>& found) {
  auto old = recorded.begin();
  auto now = found.begin();
  while (old != recorded.end() && now != found.end()) {
    if (old->name < now->name) return old->name + " is missing";
    if (now->name < old->name) return now->name + " was added";
    if (old->sha256 != now->sha256 || old->size != now->size) return now->name + " was changed";
    if (old->executable != now->executable) return "the mode of " + now->name + " was changed";
    ++old, ++now;
  }
  if (old != recorded.end()) return old->name + " is missing";
  if (now != found.end()) return now->name + " was added";
  return {};
}

}  // namespace chela::packages
