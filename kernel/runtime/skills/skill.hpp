#pragma once

// One SKILL.md as the skill that it describes. Any thread.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/runtime/skills/frontmatter.hpp"
#include "kernel/runtime/skills/manifest.hpp"

namespace chela::runtime::skills {

inline constexpr std::size_t kSkillFileBytesMax = 256'000;

// Where skills come from, in the order of precedence: the later replaces the earlier of the same name.
enum class Source : std::uint8_t { extra, bundled, custodian, workshop, managed, personal, project, workspace };

std::string_view name_of(Source source);  // upstream's label: "openclaw-workspace"

// What `/command` of a skill calls instead of the model.
struct ToolDispatch {
  std::string tool;
};

struct Skill {
  std::string name;
  std::string description;
  std::string display_name;
  std::string content_hash;  // of the text: SHA-256 in hex
  std::string file_path;
  std::string base_dir;
  Source source = Source::workspace;
  bool user_invocable = true;
  bool hidden_from_model = false;
  std::optional<ToolDispatch> dispatch;
  std::shared_ptr<const Manifest> manifest;  // null: the skill asks for nothing
  bool gates_lost = false;                   // metadata is there and cannot be read
  std::vector<std::string> notes;            // what upstream loses of it without a word
  std::string withheld;                      // why it must not be offered; empty: it may

  const std::string& key() const { return manifest && manifest->skill_key ? *manifest->skill_key : name; }
};

enum class LoadProblem : std::uint8_t { missing, invalid, read };

struct Diagnostic {
  LoadProblem kind = LoadProblem::invalid;
  std::string path;
  std::string message;  // upstream's: "description is required", "invalid frontmatter: CODE: …"
};

std::string_view name_of(LoadProblem problem);

struct LoadSettings {
  std::size_t file_bytes_max = kSkillFileBytesMax;
  bool refuse_hard_links = true;
  bool any_case = false;  // skill.md and SKILL.MD, where there is no SKILL.md
  ManifestSettings manifest;
};

struct LoadedSkill {
  Skill skill;
  Fields fields;
};

// The skill of a text. `directory_name` stands in for a missing name.
std::expected<LoadedSkill, Diagnostic> read_skill(std::string_view bytes, std::string_view directory_name,
                                                  const LoadSettings& settings = {});

// The skill in `directory`, whose SKILL.md may be a link to a file in it and to nothing else.
std::expected<LoadedSkill, Diagnostic> load_skill(const std::string& directory, Source source,
                                                  const LoadSettings& settings = {});
struct ReadBuffer;
std::expected<LoadedSkill, Diagnostic> load_skill(const std::string& directory, Source source,
                                                  const LoadSettings& settings, ReadBuffer& buffer);

}  // namespace chela::runtime::skills
