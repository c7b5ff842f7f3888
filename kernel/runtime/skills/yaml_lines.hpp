#pragma once

// The lines of a text and their beginnings, as questions of the reader ask for them. Any thread.

#include <cstddef>
#include <string_view>
#include <vector>

namespace chela::runtime::skills {

class YamlLines {
 public:
  explicit YamlLines(std::string_view text);

  std::size_t count() const { return starts_.size(); }
  std::string_view at(std::size_t line) const;  // without its end; empty beyond the last
  std::size_t indent(std::size_t line) const;   // spaces at its beginning
  bool is_blank(std::size_t line) const;        // nothing but spaces
  // What stands from character `column` of `line` on, with all lines behind.
  std::string_view from(std::size_t line, std::size_t column) const;
  // The first line in [first, last] with text less than `indent` spaces in, or npos: where upstream ends what goes over
  // several lines.
  std::size_t first_outdented(std::size_t first, std::size_t last, std::size_t indent) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

}  // namespace chela::runtime::skills
