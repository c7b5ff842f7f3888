#include "kernel/core/packages/source.hpp"

#include <algorithm>

#include "kernel/core/packages/archive.hpp"
#include "kernel/core/packages/semver.hpp"
#include "kernel/core/platform/shared_library.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSpecBytesMax = 2048;
constexpr std::size_t kNpmNameBytesMax = 214;

bool is_all(std::string_view text, std::string_view extra) {
  return std::ranges::all_of(text, [extra](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || extra.contains(c);
  });
}

bool is_npm_part(std::string_view part) {
  return !part.empty() && part.front() != '.' && part.front() != '_' && is_all(part, "-._~") &&
         std::ranges::none_of(part, [](char c) { return c >= 'A' && c <= 'Z'; });
}

Result<Source> parse_package(SourceKind kind, std::string_view text) {
  auto at = text.find('@', 1);  // a scope begins with one
  Source source{.kind = kind, .name = std::string(text.substr(0, at))};
  if (!is_npm_name(source.name)) return fail(ErrorCode::invalid_argument, "`{}` is no name of a package", source.name);
  if (at != std::string_view::npos) {
    source.version = text.substr(at + 1);
    if (!is_npm_version(source.version)) {
      return fail(ErrorCode::invalid_argument,
                  "`{}` is neither an exact version nor a tag; ranges, URLs and files are not taken here",
                  source.version);
    }
  }
  source.spec = fmt::format("{}:{}@{}", name_of(kind), source.name, source.version.empty() ? "latest" : source.version);
  return source;
}

// Where the path of a repository begins: the user of `ssh://git@host/` is no ref.
std::size_t path_of_url(std::string_view url) {
  auto scheme = url.find("://");
  return url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
}

Result<Source> parse_git(std::string_view text) {
  Source source{.kind = SourceKind::git, .url = std::string(text)};
  auto path = path_of_url(text);
  auto at = path == std::string_view::npos ? path : text.find('@', path);
  if (at != std::string_view::npos) {
    source.ref = text.substr(at + 1);
    source.url = text.substr(0, at);
    if (source.ref.empty() || source.ref.front() == '-' || !is_all(source.ref, "-._/") || source.ref.contains(".."))
      return fail(ErrorCode::invalid_argument, "`{}` is no branch, tag or commit", source.ref);
  }
  if (!source.url.contains("://")) {
    if (std::ranges::count(source.url, '/') < 2)
      return fail(ErrorCode::invalid_argument, "write a repository as git:HOST/OWNER/REPO[@REF] or git:URL[@REF]");
    source.url = "https://" + source.url;
  }
  const std::string_view url = source.url;
  if (!url.starts_with("https://") && !url.starts_with("ssh://") && !url.starts_with("file://"))
    return fail(ErrorCode::invalid_argument, "repositories are taken over https, ssh or file, not from {}", source.url);
  if (!is_all(url, "-._~/:@%+")) return fail(ErrorCode::invalid_argument, "`{}` is no URL of a repository", source.url);
  source.spec = fmt::format("git:{}{}{}", source.url, source.ref.empty() ? "" : "@", source.ref);
  return source;
}

Result<Source> parse_path(std::string_view text, const fs::path& working_directory) {
  Source source{.path = (working_directory / fs::path(text)).lexically_normal()};
  if (!source.path.has_filename()) source.path = source.path.parent_path();
  source.spec = source.path.string();
  std::error_code missing;
  if (fs::is_directory(source.path, missing)) return source;
  if (!fs::is_regular_file(source.path, missing))
    return fail(ErrorCode::not_found, "there is no file or folder {}", source.path.string());
  source.kind = SourceKind::archive;
  if (source.spec.ends_with(platform::shared_library_suffix()))
    source.kind = SourceKind::library;
  else if (!is_archive_name(source.spec))
    return fail(ErrorCode::invalid_argument, "{} is neither a folder, a library nor an archive", source.spec);
  return source;
}

bool looks_like_path(std::string_view text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text == "." || text == ".." ||
         is_archive_name(text) || text.ends_with(platform::shared_library_suffix());
}

}  // namespace

std::string_view name_of(SourceKind kind) {
  constexpr std::string_view kNames[] = {"folder", "library", "archive", "npm", "clawhub", "git"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_npm_name(std::string_view name) {
  if (name.size() > kNpmNameBytesMax) return false;
  if (!name.starts_with('@')) return is_npm_part(name);
  auto slash = name.find('/');
  return slash != std::string_view::npos && is_npm_part(name.substr(1, slash - 1)) &&
         is_npm_part(name.substr(slash + 1));
}

bool is_npm_version(std::string_view text) {
  if (parse_semver(text)) return true;
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  // What npm reads as a range is none: "v1" and "x", but for those that are words.
  const bool range =
      text == "x" || text == "X" || (text.size() > 1 && text[0] == 'v' && text[1] >= '0' && text[1] <= '9');
  return !text.empty() && text.size() <= 128 && letter(text.front()) && is_all(text, "-._") && !range;
}

Result<Source> parse_source(std::string_view text, const fs::path& working_directory) {
  if (text.empty() || text.size() > kSpecBytesMax || text.contains('\0'))
    return fail(ErrorCode::invalid_argument, "name a folder, a library, an archive, a package or a repository");
  auto after = [text](std::string_view prefix) { return text.substr(prefix.size()); };
  if (text.starts_with("npm-pack:")) return parse_path(after("npm-pack:"), working_directory);
  if (text.starts_with("npm:")) return parse_package(SourceKind::npm, after("npm:"));
  if (text.starts_with("clawhub:")) return parse_package(SourceKind::clawhub, after("clawhub:"));
  if (text.starts_with("git:")) return parse_git(after("git:"));
  if (looks_like_path(text)) return parse_path(text, working_directory);
  return parse_package(SourceKind::npm, text);
}

}  // namespace chela::packages
