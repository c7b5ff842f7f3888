#pragma once

// Pieces of a JSON text, as text: what is to be read is taken apart, what is only handed on is never looked at.
// The one place that knows simdjson. One thread at a time.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chela::rpc {

struct JsonMember {
  std::string key;
  std::string_view value;
};

// `text` is always one JSON value that check_json has accepted, with kFramePadding readable bytes behind it. What is
// yielded points into it, without blanks around.
class JsonSlices {
 public:
  JsonSlices();
  JsonSlices(const JsonSlices&) = delete;
  JsonSlices& operator=(const JsonSlices&) = delete;
  ~JsonSlices();

  // Whether the text is UTF-8 and can be taken apart. Once for a text, before its pieces.
  bool is_utf8(std::string_view text) const;
  // Nothing when it is not an object, an array, a string. Two members may have one key; keys that are no text are empty.
  std::optional<std::vector<JsonMember>> members(std::string_view text);
  std::optional<std::vector<std::string_view>> items(std::string_view text);
  std::optional<std::string> string(std::string_view text) const;  // UTF-8

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// An integer of at most 53 bits, so that it is one to JavaScript, too; "1.0" and "1e2" are integers. Needs no padding.
std::optional<std::int64_t> json_integer(std::string_view text);

}  // namespace chela::rpc
