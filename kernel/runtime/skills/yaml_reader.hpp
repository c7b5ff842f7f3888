#pragma once

// One YAML document read by libyaml, and judged as upstream's parser judges it: what libyaml takes and upstream does
// not (keys that stand twice, text that continues too far left) is a problem, and each problem has upstream's code and
// the line at which upstream finds it. Any thread.

#include <cstddef>
#include <expected>
#include <string_view>

#include "kernel/runtime/skills/yaml_value.hpp"

namespace chela::runtime::skills {

struct YamlLimits {
  std::size_t depth_max = 64;
  std::size_t values_max = 5'000;  // after aliases are copied out
};

// `text` is well-formed UTF-8, with LF at the ends of lines. Texts of the value may hold lone surrogates (WTF-8).
std::expected<YamlValue, YamlProblem> read_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace chela::runtime::skills
