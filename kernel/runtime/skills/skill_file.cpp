#include "kernel/runtime/skills/skill_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/runtime/skills/directory_scan.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

constexpr const char* kFileName = "SKILL.md";
constexpr const char* kOriginName = "/.openclaw/source-origin.json";
constexpr std::size_t kOriginBytesMax = 16 * 1024;
constexpr std::size_t kOriginDepthMax = 16;

std::unexpected<Diagnostic> refuse(LoadProblem kind, std::string path, std::string message) {
  return std::unexpected(Diagnostic{kind, std::move(path), std::move(message)});
}

// The first name in the directory that is SKILL.md but for case; upstream's registry takes such names, its loader does
// not.
std::string other_spelling(const std::string& directory) {
  DIR* stream = ::opendir(directory.c_str());
  if (!stream) return {};
  std::string found;
  while (const dirent* entry = ::readdir(stream)) {
    if (equal_ignoring_case(entry->d_name, kFileName) && (found.empty() || found > entry->d_name))
      found = entry->d_name;
  }
  ::closedir(stream);
  return found;
}

// Reads to the end of the file or to one byte over the limit. -1: errno says why.
ssize_t read_whole(int descriptor, std::size_t bytes_max, std::size_t expected, std::string& buffer) {
  buffer.resize(std::max(buffer.size(), std::min(expected, bytes_max) + 1));
  std::size_t size = 0;
  while (true) {
    auto count = ::read(descriptor, buffer.data() + size, std::min(buffer.size(), bytes_max + 1) - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    size += static_cast<std::size_t>(count);
    if (count == 0 || size > bytes_max || (size == expected && size > 0)) return static_cast<ssize_t>(size);
    if (size == buffer.size()) buffer.resize(std::min(buffer.size() * 2, bytes_max + 1));
  }
}

// -1 when it cannot be opened; links are followed only below the directory's real path.
int open_inside(const std::string& directory, const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor >= 0 || errno != ELOOP) return descriptor;
  auto root = real_path_of(directory), target = real_path_of(path);
  if (target.empty()) return -1;
  if (!target.starts_with(root + '/')) {
    errno = EXDEV;
    return -1;
  }
  return ::open(target.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileStamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

std::expected<SkillFile, Diagnostic> read_skill_file(const std::string& directory, const LoadSettings& settings,
                                                     ReadBuffer& buffer) {
  buffer.stamp = {};
  SkillFile file{.bytes = {}, .path = directory + '/' + kFileName, .note = {}};
  platform::OwnedDescriptor descriptor(open_inside(directory, file.path));
  if (descriptor.get() < 0 && errno == ENOENT && settings.any_case) {
    if (auto name = other_spelling(directory); !name.empty()) {
      file.note = "the file is called " + name + ", which upstream does not load: call it SKILL.md";
      file.path = directory + '/' + name;
      descriptor = platform::OwnedDescriptor(open_inside(directory, file.path));
    } else {
      errno = ENOENT;
    }
  }
  if (descriptor.get() < 0) {
    if (errno == EXDEV)
      return refuse(LoadProblem::invalid, file.path, "Skill path resolves outside its configured root.");
    auto kind = errno == ENOENT || errno == ENOTDIR ? LoadProblem::missing : LoadProblem::read;
    return refuse(kind, file.path, kind == LoadProblem::missing ? "no SKILL.md" : std::strerror(errno));
  }
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) return refuse(LoadProblem::read, file.path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return refuse(LoadProblem::invalid, file.path, "SKILL.md is not a regular file");
  if (settings.refuse_hard_links && status.st_nlink > 1) {
    return refuse(LoadProblem::invalid, file.path,
                  "SKILL.md has another name elsewhere (a hard link): copy it instead");
  }
  auto expected = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  auto size = read_whole(descriptor.get(), settings.file_bytes_max, expected, buffer.bytes);
  if (size < 0) return refuse(LoadProblem::read, file.path, std::strerror(errno));
  buffer.stamp = stamp_of(status);
  if (static_cast<std::size_t>(size) > settings.file_bytes_max) {
    return refuse(LoadProblem::invalid, file.path,
                  "File exceeds " + std::to_string(settings.file_bytes_max) + " bytes");
  }
  file.bytes = std::string_view(buffer.bytes).substr(0, static_cast<std::size_t>(size));
  return file;
}

std::int64_t origin_changed_ns(const std::string& directory) {
  struct stat status{};
  return ::lstat((directory + kOriginName).c_str(), &status) == 0 ? nanoseconds(status.st_ctim) : 0;
}

std::string installed_slug(const std::string& directory) {
  if (origin_changed_ns(directory) == 0) return {};  // most have none, and to open nothing costs more than to ask
  auto path = directory + kOriginName;
  platform::OwnedDescriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (!descriptor || ::fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  if (!is_inside(real_path_of(directory), real_path_of(path))) return {};
  std::string bytes;
  auto size = read_whole(descriptor.get(), kOriginBytesMax, static_cast<std::size_t>(status.st_size), bytes);
  if (size < 0 || static_cast<std::size_t>(size) > kOriginBytesMax) return {};
  auto json = parse_json(std::string_view(bytes).substr(0, static_cast<std::size_t>(size)), kOriginDepthMax);
  if (!json || !json->is_object()) return {};
  auto slug = text_of(*json, "slug");
  return std::string(trim_blanks(slug));
}

}  // namespace chela::runtime::skills
