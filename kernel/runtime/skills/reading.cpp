#include "kernel/runtime/skills/reading.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/runtime/skills/directory_scan.hpp"
#include "kernel/runtime/skills/frontmatter.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/skill_file.hpp"

namespace chela::runtime::skills {
namespace {

namespace fs = std::filesystem;
using platform::OwnedDescriptor;

constexpr std::size_t kPathBytesMax = 1'024;
constexpr int kListedDepthMax = 4;
constexpr std::size_t kMarkUnits = 24;

// One line without what could end it early.
std::string one_line(std::string_view text) {
  std::string out(cut_utf8(text, 200));
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return out;
}

// No skill can write its own end: the mark is of the hash of all that it says.
std::string marked(const Skill& skill, std::string_view what, std::string_view text) {
  auto mark = sha256_hex(skill.content_hash + std::string(what) + std::string(text)).substr(0, kMarkUnits);
  return fmt::format("[{} of the skill {} begins; it ends at {}]\n{}\n[{} ends]", what, one_line(skill.name), mark, text,
                     mark);
}

// The components of a path below the folder; empty: it leads elsewhere.
std::vector<std::string> components_of(const Skill& skill, std::string_view path) {
  auto folder = skill.base_dir + '/';
  if (path.starts_with(folder)) path.remove_prefix(folder.size());
  std::vector<std::string> out;
  if (path.starts_with('/')) return out;
  for (auto part : split(path, '/')) {
    if (part == "..") return {};
    if (!part.empty() && part != ".") out.emplace_back(part);
  }
  return out;
}

// Opened one component after the other, so that nobody can put a link in the way meanwhile.
Result<OwnedDescriptor> open_below(const std::string& folder, const std::vector<std::string>& components,
                                   const std::string& shown) {
  OwnedDescriptor at(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t i = 0; at.get() >= 0 && i < components.size(); ++i) {
    bool last = i + 1 == components.size();
    int flags = last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
    OwnedDescriptor next(::openat(at.get(), components[i].c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    if (next.get() < 0) {
      int number = errno;
      struct stat status{};
      bool is_link = ::fstatat(at.get(), components[i].c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                     S_ISLNK(status.st_mode);
      if (is_link) return fail(ErrorCode::denied, "{} is or leads over a link, and links are not followed", shown);
      errno = number;
    }
    at = std::move(next);
  }
  if (at.get() >= 0) return at;
  if (errno == ENOENT || errno == ENOTDIR) return fail(ErrorCode::not_found, "the skill has no file {}", shown);
  return fail_errno("reading " + shown, errno);
}

Result<std::string> read_text(const OwnedDescriptor& file, const std::string& shown) {
  std::string out;
  out.resize(kResourceBytesMax + 1);
  std::size_t size = 0;
  while (size < out.size()) {
    auto count = ::read(file.get(), out.data() + size, out.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("reading " + shown, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kResourceBytesMax) {
    return fail(ErrorCode::too_large, "{} has more than {} bytes; read it in parts with another tool", shown,
                kResourceBytesMax);
  }
  out.resize(size);
  if (out.find('\0') != std::string::npos || !is_valid_utf8(out)) {
    return fail(ErrorCode::invalid_argument, "{} is no text but binary data; it cannot be shown here", shown);
  }
  return out;
}

bool is_listed(const fs::directory_entry& entry) {
  auto name = entry.path().filename().string();
  std::error_code error;
  return !name.starts_with('.') && name != "node_modules" && name != "SKILL.md" && !entry.is_symlink(error);
}

// The files beside SKILL.md, each with its path below the folder.
std::string list_files(const Skill& skill) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator walk(skill.base_dir, fs::directory_options::skip_permission_denied, error);
  for (std::size_t seen = 0; !error && walk != fs::recursive_directory_iterator() && seen < 2'000; ++seen) {
    bool is_folder = walk->is_directory(error);
    if (is_folder && (!is_listed(*walk) || walk.depth() + 1 >= kListedDepthMax)) walk.disable_recursion_pending();
    bool is_file = walk->is_regular_file(error) && is_listed(*walk);
    if (is_file) files.push_back(one_line(walk->path().lexically_relative(skill.base_dir).string()));
    walk.increment(error);
  }
  if (files.empty()) return {};
  std::ranges::sort(files);
  std::string out = "\n\nFiles of this skill, for read_skill_resource:\n";
  for (std::size_t i = 0; i < files.size() && i < kListedFilesMax; ++i) out += "- " + files[i] + "\n";
  if (files.size() > kListedFilesMax) out += fmt::format("- and {} more\n", files.size() - kListedFilesMax);
  return out;
}

}  // namespace

Result<std::string> load_skill_text(const Skill& skill) {
  LoadSettings settings;
  settings.any_case = true;
  settings.refuse_hard_links = skill.source != Source::bundled && skill.source != Source::custodian;
  ReadBuffer buffer;
  auto file = read_skill_file(skill.base_dir, settings, buffer);
  if (!file) {
    auto code = file.error().kind == LoadProblem::missing ? ErrorCode::not_found : ErrorCode::unavailable;
    return fail(code, "the skill {} cannot be read any more: {}", one_line(skill.name), file.error().message);
  }
  auto bytes = is_valid_utf8(file->bytes) ? std::string(file->bytes) : decode_utf8(file->bytes);
  if (sha256_hex(bytes) != skill.content_hash) {
    return fail(ErrorCode::unavailable,
                "the skill {} has been changed since this turn began; it can be loaded in the next one",
                one_line(skill.name));
  }
  std::string normalized;
  auto text = normalize_lines(bytes, normalized);
  auto read = read_frontmatter(text);
  auto body = read ? read->body : text;
  auto folder = fmt::format("Its folder: {}\n\n", one_line(skill.base_dir));
  return marked(skill, "text", folder + std::string(trim_blanks(body))) + list_files(skill);
}

Result<std::string> read_skill_resource(const Skill& skill, std::string_view path) {
  auto shown = one_line(path);
  if (path.empty() || path.size() > kPathBytesMax || path.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "`path` must be the path of a file below the skill's folder");
  }
  auto components = components_of(skill, path);
  if (components.empty()) {
    return fail(ErrorCode::invalid_argument,
                "{} leads out of the skill's folder; give a path below it, such as scripts/run.py", shown);
  }
  CHELA_TRY(auto file, open_below(skill.base_dir, components, shown));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail_errno("reading " + shown, errno);
  if (S_ISDIR(status.st_mode)) return fail(ErrorCode::invalid_argument, "{} is a folder; name a file in it", shown);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::denied, "{} is not a regular file", shown);
  bool is_ours = skill.source == Source::bundled || skill.source == Source::custodian;
  if (status.st_nlink > 1 && !is_ours) {
    return fail(ErrorCode::denied, "{} has another name elsewhere (a hard link), and such files are not read", shown);
  }
  CHELA_TRY(auto text, read_text(file, shown));
  return marked(skill, "file " + shown, text);
}

}  // namespace chela::runtime::skills
