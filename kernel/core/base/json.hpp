#pragma once

// JSON text as a tree. Any thread.

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela {

enum class JsonComments { refused, skipped };

// Text from outside. Strictly RFC 8259, but for a byte order mark before the document and, where asked for, comments. Errors, all
// `invalid_argument` and worded to stand after the text's name: "nests deeper than 64 levels", "is not valid JSON".
Result<nlohmann::json> parse_json(std::string_view text, std::size_t depth_max,
                                  JsonComments comments = JsonComments::refused);

// Text of our own, read back; an empty object when it is none.
nlohmann::json object_of(std::string_view text);

// On one line. Text that is no UTF-8 is replaced, since dump() would throw.
std::string json_text(const nlohmann::json& value);

// A member that is text; empty when there is none, or it is something else.
std::string text_of(const nlohmann::json& object, const char* key);

}  // namespace chela
