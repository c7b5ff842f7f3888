#include "kernel/runtime/skills/hub/reference.hpp"

#include <algorithm>

#include "kernel/core/base/text.hpp"
#include "kernel/core/packages/archive.hpp"
#include "kernel/core/packages/source.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSkillsSh = "skills-sh:";
constexpr std::string_view kGit = "git:";

bool is_digit_or_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_all(std::string_view text, std::string_view extra) {
  return std::ranges::all_of(text, [extra](char c) { return is_digit_or_letter(c) || extra.contains(c); });
}

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(ErrorCode::invalid_argument, "`{}` names no skill: {}", text, why);
}

Result<Reference> parse_hub(std::string_view text) {
  Reference out{.kind = ReferenceKind::hub};
  auto slug = text;
  if (text.starts_with('@')) {
    auto parts = split(text.substr(1), '/');
    if (parts.size() != 2) return refuse(text, "write @owner/slug");
    out.owner = to_lower(parts[0]);
    if (!is_owner(out.owner)) return refuse(text, "its owner is none that ClawHub has");
    slug = parts[1];
  }
  if (!is_slug(slug)) {
    return refuse(text,
                  "write slug, @owner/slug, skills-sh:owner/repo/slug, git:owner/repo, or the path of a folder, "
                  "an archive or a SKILL.md with a slash in it");
  }
  out.slug = slug;
  out.spec = out.owner.empty() ? out.slug : "@" + out.owner + "/" + out.slug;
  return out;
}

Result<Reference> parse_skills_sh(std::string_view text) {
  auto parts = split(text.substr(kSkillsSh.size()), '/');
  auto sound = [](std::string_view part) {
    return !part.empty() && part.size() <= 100 && is_all(part, "._-") && !part.contains("..") && part != ".";
  };
  if (parts.size() != 3 || !std::ranges::all_of(parts, sound) || !is_slug(parts[2]))
    return refuse(text, "write skills-sh:owner/repo/slug");
  Reference out{.kind = ReferenceKind::skills_sh};
  out.owner = to_lower(parts[0]);
  out.repository = to_lower(parts[1]);
  out.slug = to_lower(parts[2]);
  out.spec = fmt::format("{}{}/{}/{}", kSkillsSh, out.owner, out.repository, out.slug);
  return out;
}

// `owner/repo` is GitHub's; everything else is what plugins may be taken from, too.
Result<Reference> parse_git(std::string_view text, const fs::path& working_directory) {
  auto rest = text.substr(kGit.size());
  auto repository = rest.substr(0, rest.find('@'));
  std::string spelled(text);
  const bool is_short = std::ranges::count(repository, '/') == 1 && is_all(repository, "._-/") &&
                        !repository.starts_with('/') && !repository.starts_with('.');
  if (is_short) spelled = fmt::format("git:https://github.com/{}", rest);
  CHELA_TRY(auto source, packages::parse_source(spelled, working_directory));
  Reference out{.kind = ReferenceKind::git};
  out.url = source.url;
  out.ref = source.ref;
  out.spec = source.spec;
  return out;
}

Result<Reference> parse_path(std::string_view text, const fs::path& working_directory) {
  Reference out{.kind = ReferenceKind::folder, .path = (working_directory / fs::path(text)).lexically_normal()};
  if (!out.path.has_filename()) out.path = out.path.parent_path();
  out.spec = out.path.string();
  std::error_code missing;
  if (fs::is_directory(out.path, missing)) return out;
  if (!fs::is_regular_file(out.path, missing))
    return fail(ErrorCode::not_found, "there is no file or folder {}", out.spec);
  if (packages::is_archive_name(out.spec)) {
    out.kind = ReferenceKind::archive;
  } else if (equal_ignoring_case(out.path.filename().string(), "SKILL.md")) {
    out.kind = ReferenceKind::file;
  } else {
    return refuse(out.spec,
                  "it is neither a folder, nor an archive (.zip, .tar, .tar.gz, .tgz, .tar.zst), nor a SKILL.md");
  }
  return out;
}

bool looks_like_path(std::string_view text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text == "." || text == ".." ||
         packages::is_archive_name(text) || equal_ignoring_case(text, "SKILL.md");
}

}  // namespace

std::string_view name_of(ReferenceKind kind) {
  constexpr std::string_view kNames[] = {"clawhub", "skills-sh", "git", "folder", "archive", "file"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_slug(std::string_view text) {
  return !text.empty() && text.size() <= 96 && is_all(text, "-") && text.front() != '-' && text.back() != '-';
}

bool is_owner(std::string_view text) {
  auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  return !text.empty() && text.size() <= 40 && is_all(text, "._-") && std::ranges::none_of(text, upper) &&
         is_digit_or_letter(text.front()) && is_digit_or_letter(text.back());
}

bool is_folder_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && text.front() != '.' && text.front() != '@' && is_valid_utf8(text) &&
         !text.contains("..") && text.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

Result<Reference> parse_reference(std::string_view text, const fs::path& working_directory) {
  constexpr std::size_t kBytesMax = 2048;
  text = trim(text);
  if (text.empty() || text.size() > kBytesMax || text.contains('\0') || !is_valid_utf8(text))
    return fail(ErrorCode::invalid_argument, "name a skill: slug, @owner/slug, a repository, a folder or an archive");
  if (text.starts_with("clawhub:")) return parse_hub(text.substr(8));
  if (text.starts_with(kSkillsSh)) return parse_skills_sh(text);
  if (text.starts_with(kGit)) return parse_git(text, working_directory);
  if (looks_like_path(text)) return parse_path(text, working_directory);
  return parse_hub(text);
}

}  // namespace chela::runtime::skills::hub
