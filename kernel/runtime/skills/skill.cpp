#include "kernel/runtime/skills/skill.hpp"

#include <algorithm>
#include <array>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/display_name.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/skill_file.hpp"

namespace chela::runtime::skills {
namespace {

constexpr auto kSourceNames = std::to_array<std::string_view>(
    {"openclaw-extra", "openclaw-bundled", "openclaw-custodian", "openclaw-workshop", "openclaw-managed",
     "agents-skills-personal", "agents-skills-project", "openclaw-workspace"});

std::string_view base_name(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

std::unexpected<Diagnostic> invalid(std::string message) {
  return std::unexpected(Diagnostic{LoadProblem::invalid, {}, std::move(message)});
}

std::string_view either(const Fields& fields, std::string_view key, std::string_view other) {
  const auto* found = fields.find(key);
  return trim_blanks(found ? std::string_view(*found) : fields.get(other));
}

std::optional<ToolDispatch> dispatch_of(const Fields& fields) {
  auto tool = either(fields, "command-tool", "command_tool");
  bool dispatches = equal_ignoring_case(either(fields, "command-dispatch", "command_dispatch"), "tool");
  if (!dispatches || tool.empty()) return std::nullopt;
  return ToolDispatch{std::string(tool)};
}

// Names of other spellings, which people take to work.
void note_ignored_fields(const Fields& fields, std::vector<std::string>& notes) {
  for (auto key : {"disableModelInvocation", "disable_model_invocation", "userInvocable", "user_invocable"}) {
    if (fields.find(key)) notes.push_back(std::string(key) + " is not read: write it with hyphens");
  }
  if (fields.find("requires"))
    notes.emplace_back("requires at the top is not read: put it into metadata, below openclaw");
}

void set_manifest(const Fields& fields, const ManifestSettings& settings, Skill& skill) {
  auto read = read_manifest(fields.get("metadata"), settings);
  if (read.manifest) skill.manifest = std::make_shared<const Manifest>(std::move(*read.manifest));
  skill.gates_lost = !read.is_readable && !read.notes.empty();
  skill.notes = std::move(read.notes);
  note_ignored_fields(fields, skill.notes);
}

// A key of its own comes first.
void take_installed_slug(const std::string& directory, Skill& skill) {
  if (skill.manifest && skill.manifest->skill_key) return;
  auto slug = installed_slug(directory);
  if (slug.empty()) return;
  auto manifest = skill.manifest ? *skill.manifest : Manifest();
  manifest.skill_key = std::move(slug);
  skill.manifest = std::make_shared<const Manifest>(std::move(manifest));
}

}  // namespace

std::string_view name_of(Source source) {
  return kSourceNames[static_cast<std::size_t>(source)];
}

std::string_view name_of(LoadProblem problem) {
  constexpr auto kNames = std::to_array<std::string_view>({"missing", "invalid", "read"});
  return kNames[static_cast<std::size_t>(problem)];
}

std::expected<LoadedSkill, Diagnostic> read_skill(std::string_view bytes, std::string_view directory_name,
                                                  const LoadSettings& settings) {
  std::string decoded, normalized;
  if (!is_valid_utf8(bytes)) {
    decoded = decode_utf8(bytes);
    bytes = decoded;
  }
  auto frontmatter = read_frontmatter(normalize_lines(bytes, normalized));
  if (!frontmatter)
    return invalid("invalid frontmatter: " + frontmatter.error().code + ": " + frontmatter.error().message);
  const auto& fields = frontmatter->fields;
  LoadedSkill loaded;
  auto& skill = loaded.skill;
  skill.name = trim_blanks(fields.get("name"));
  if (skill.name.empty()) skill.name = trim_blanks(directory_name);
  skill.description = trim_blanks(fields.get("description"));
  if (skill.name.empty()) return invalid("name is required");
  if (skill.description.empty()) return invalid("description is required");
  skill.display_name = display_name_of(frontmatter->body, skill.name);
  skill.content_hash = sha256_hex(bytes);
  skill.user_invocable = truth_of(fields.get("user-invocable"), true);
  skill.hidden_from_model = truth_of(fields.get("disable-model-invocation"), false);
  skill.dispatch = dispatch_of(fields);
  set_manifest(fields, settings.manifest, skill);
  loaded.fields = std::move(frontmatter->fields);
  return loaded;
}

std::expected<LoadedSkill, Diagnostic> load_skill(const std::string& directory, Source source,
                                                  const LoadSettings& settings) {
  ReadBuffer buffer;
  return load_skill(directory, source, settings, buffer);
}

std::expected<LoadedSkill, Diagnostic> load_skill(const std::string& directory, Source source,
                                                  const LoadSettings& settings, ReadBuffer& buffer) {
  auto file = read_skill_file(directory, settings, buffer);
  if (!file) return std::unexpected(std::move(file.error()));
  auto loaded = read_skill(file->bytes, base_name(directory), settings);
  if (!loaded) {
    loaded.error().path = std::move(file->path);
    return loaded;
  }
  if (!file->note.empty()) loaded->skill.notes.push_back(std::move(file->note));
  loaded->skill.file_path = std::move(file->path);
  loaded->skill.base_dir = directory;
  loaded->skill.source = source;
  take_installed_slug(directory, loaded->skill);
  return loaded;
}

}  // namespace chela::runtime::skills
