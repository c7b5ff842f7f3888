#pragma once

// Pieces of a JSON text, as text: what is to be read is taken apart, what is only handed on is never looked at.
// No library here: the one that the DESIGN names is a shared one, and costs every program that links it 1 MB at its start
// (docs/decisions/0005-plugin-processes.md). Any thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chela::rpc {

struct JsonMember {
  std::string key;
  std::string_view value;
};

// `text` is always one JSON value that check_json has accepted. What is yielded points into it, without blanks around.
class JsonSlices {
 public:
  static bool is_utf8(std::string_view text);
  // Nothing when it is not an object, an array, a string. Two members may have one key.
  static std::optional<std::vector<JsonMember>> members(std::string_view text);
  static std::optional<std::vector<std::string_view>> items(std::string_view text);
  static std::optional<std::string> string(std::string_view text);  // UTF-8
};

// An integer of at most 53 bits, so that it is one to JavaScript, too; "1.0" and "1e2" are integers. Needs no padding.
std::optional<std::int64_t> json_integer(std::string_view text);

}  // namespace chela::rpc
