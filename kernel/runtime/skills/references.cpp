#include "kernel/runtime/skills/references.hpp"

#include <algorithm>
#include <cctype>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/command_names.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

// Upstream's words, and ours where the model has no way to read files.
constexpr std::string_view kRead =
    "Use the following explicitly referenced skills for this request. Read each skill's SKILL.md before acting:\n";
constexpr std::string_view kLoad =
    "Use the following explicitly referenced skills for this request. Load each with `load_skill` before acting:\n";
constexpr std::string_view kRequest = "\nUser request:\n";

bool is_name_byte(unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == ':'; }

bool is_escaped(std::string_view text, std::size_t at) {
  std::size_t backslashes = 0;
  while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

// The skill that people call so, or null.
const Skill* find_called_in(const Offer& offer, std::string_view called) {
  std::vector<std::string> names, commands;
  std::vector<const Skill*> skills;
  for (const auto& [skill, command] : offer.skills) {
    if (command.empty()) continue;
    skills.push_back(skill);
    names.push_back(skill->name);
    commands.push_back(command);
  }
  auto found = find_called(called, names, commands);
  return found == std::string::npos ? nullptr : skills[found];
}

}  // namespace

std::vector<std::string_view> referenced_names(std::string_view text) {
  std::vector<std::string_view> out;
  for (auto at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    auto end = at + 1;
    while (end < text.size() && is_name_byte(static_cast<unsigned char>(text[end]))) ++end;
    auto name = text.substr(at + 1, end - at - 1);
    while (name.ends_with(':')) name.remove_suffix(1);
    auto is_small = [](unsigned char c) { return c >= 'a' && c <= 'z'; };
    if (!name.empty() && std::ranges::any_of(name, is_small) && !is_escaped(text, at)) out.push_back(name);
  }
  return out;
}

Result<std::string> expand_references(std::string_view text, const Offer& offer, const Offer& all, bool by_tool) {
  if (trim(text).starts_with('/')) return std::string(text);
  std::vector<const Skill*> named;
  for (auto name : referenced_names(text)) {
    const auto* skill = find_called_in(offer, name);
    const auto* hidden = skill ? nullptr : find_called_in(all, name);
    if (hidden) {
      return fail(ErrorCode::denied, "the skill {} is not for this agent; add it to the agent's list of skills, or name "
                                     "another",
                  hidden->name);
    }
    if (skill && std::ranges::find(named, skill) == named.end()) named.push_back(skill);
  }
  if (named.size() > kReferencesMax) {
    return fail(ErrorCode::too_large, "the message names {} skills; at most {} can be used at once", named.size(),
                kReferencesMax);
  }
  return with_skills_named(text, named, by_tool);
}

Result<std::string> with_skills_named(std::string_view text, std::span<const Skill* const> skills, bool by_tool) {
  if (skills.empty()) return std::string(text);
  std::string out(by_tool ? kLoad : kRead);
  for (const auto* skill : skills) {
    auto line = "- " + skill->name;
    if (skill->hidden_from_model && !by_tool) line += " (SKILL.md: " + skill->file_path + ")";
    if (utf16_length(line) > kReferenceUnitsMax) {
      return fail(ErrorCode::too_large, "the name or path of the skill {} is too long to be given to the model",
                  cut_utf16(skill->name, 64));
    }
    out += line + "\n";
  }
  out += kRequest;
  if (utf16_length(out) > kReferencePrefixUnitsMax) {
    return fail(ErrorCode::too_large, "the names of the skills in the message are too long together; name fewer");
  }
  return out.append(text);
}

}  // namespace chela::runtime::skills
