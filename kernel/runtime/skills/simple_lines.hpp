#pragma once

// The lines of a block of frontmatter, taken one after the other, and what the fast way reads in them. Any thread.

#include <algorithm>
#include <optional>
#include <string_view>

#include "kernel/runtime/skills/yaml_value.hpp"

namespace chela::runtime::skills {

struct SimpleLines {
  std::string_view rest;

  bool is_at_end() const { return rest.empty(); }
  std::string_view peek() const { return rest.substr(0, rest.find('\n')); }
  std::string_view next() {
    auto line = peek();
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return line;
  }
};

std::string_view without_spaces(std::string_view text);
// Spaces before the text; the size of the line when there is nothing else.
inline std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// Text that begins at the end of a key's line: bare or in quotes. With `lines`, it may go on over lines that stand
// further in than 0. Nothing: it is not so simple.
std::optional<YamlValue> read_simple_scalar(std::string_view value, SimpleLines* lines);

// `[a, b]` on one line.
std::optional<YamlValue> read_simple_list(std::string_view value);

}  // namespace chela::runtime::skills
