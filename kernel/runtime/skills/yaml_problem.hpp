#pragma once

// Upstream's name and place for what libyaml stops at. The names were taken from running both on the same inputs.

#include <cstddef>
#include <string_view>

#include "kernel/runtime/skills/yaml_lines.hpp"
#include "kernel/runtime/skills/yaml_value.hpp"

namespace chela::runtime::skills {

struct YamlMark {
  std::size_t line = 0;    // from 0
  std::size_t column = 0;  // in characters, from 0
};

// Where libyaml stopped, and what of the document stood before.
struct YamlStop {
  std::string_view problem;  // libyaml's words
  std::string_view context;
  YamlMark at;
  YamlMark context_at;       // where the text, list or map began
  bool in_document = false;  // something of the document was read
  bool after_scalar = false;
  bool after_value = false;     // a scalar that is the value of a key
  YamlMark key_at;              // that key
  YamlMark last_at, last_end;   // what was read last
  std::size_t indent_next = 0;  // how far in the lines of the present value have to stand
  bool in_flow = false;
  std::size_t flow_line = 0;         // where the outermost [ or { is
  std::size_t flow_indent_next = 0;  // the same for the lines between it and its end
};

YamlProblem problem_of(const YamlStop& stop, const YamlLines& lines);

// The first line between a [ or { and its end that stands too far left, or npos. `end` is behind the ] or }; upstream
// lets it stand one to the left.
std::size_t outdented_in_flow(const YamlLines& lines, std::size_t first, YamlMark end, std::size_t indent);

}  // namespace chela::runtime::skills
