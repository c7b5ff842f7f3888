#pragma once

// The catalogue of skills as the model reads it, in upstream's words and within its limits. Any thread.

#include <cstddef>
#include <string>
#include <vector>

namespace chela::runtime::skills {

struct PromptSkill {
  std::string name;
  std::string description;
  std::string location;  // as the model is to read it
};

// Counted in UTF-16 units, as upstream counts.
struct PromptLimits {
  std::size_t skills_max = 150;
  std::size_t units_max = 18'000;
};

struct SkillsPrompt {
  std::string text;          // empty: no skills, or nothing fits
  std::size_t included = 0;  // of the skills, in the order of names
};

SkillsPrompt make_prompt(std::vector<PromptSkill> skills, const PromptLimits& limits = {});

// The path with the beginning that is one of `homes` written as `~/`. The longest home wins.
std::string compact_home(const std::string& path, const std::vector<std::string>& homes);

}  // namespace chela::runtime::skills
