#pragma once

// A line `key: value` as upstream's patterns see it. Any thread.

#include <optional>
#include <string_view>

namespace chela::runtime::skills {

struct FieldLine {
  std::string_view key;
  std::string_view value;  // without the blanks before it
};

inline bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Nothing when the line does not begin with a bare key and a colon.
std::optional<FieldLine> split_field(std::string_view line);

std::string_view strip_quotes(std::string_view text);  // one pair of the same

}  // namespace chela::runtime::skills
