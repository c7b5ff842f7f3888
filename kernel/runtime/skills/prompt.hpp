#pragma once

// The catalogue of skills as the model reads it, within upstream's limits: in upstream's words with the places of the
// files, or progressive, without them, for models that load skills with tools. Any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chela::runtime::skills {

struct PromptSkill {
  std::string name;
  std::string description;
  std::string location;  // as the model is to read it; only in upstream's words
};

enum class CatalogueForm : std::uint8_t { upstream, progressive };

// Counted in UTF-16 units, as upstream counts.
struct PromptLimits {
  std::size_t skills_max = 150;
  std::size_t units_max = 18'000;
};

struct SkillsPrompt {
  std::string text;          // empty: no skills, or nothing fits
  std::size_t included = 0;  // of the skills, in the order of names
};

SkillsPrompt make_prompt(std::vector<PromptSkill> skills, const PromptLimits& limits, CatalogueForm form);
SkillsPrompt make_prompt(std::vector<PromptSkill> skills, const PromptLimits& limits = {});  // in upstream's words

// The prompt with its descriptions cut further, to the 64 to 220 units with which it takes no more than a fifth of a
// character for each token of the model's context. As it is when it is short enough, or the context is unknown (0).
std::string shorten_for_context(std::string prompt, std::uint64_t context_tokens);

// The part of the system message around a prompt that is not empty.
std::string skills_section(std::string_view prompt, CatalogueForm form);

// The path with the beginning that is one of `homes` written as `~/`. The longest home wins.
std::string compact_home(const std::string& path, const std::vector<std::string>& homes);

}  // namespace chela::runtime::skills
