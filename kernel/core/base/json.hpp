#pragma once

// JSON text from outside as a tree. Any thread.

#include <cstddef>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela {

enum class JsonComments { refused, skipped };

// Strictly RFC 8259, but for a byte order mark before the document and, where asked for, comments. Errors, all
// `invalid_argument` and worded to stand after the text's name: "nests deeper than 64 levels", "is not valid JSON".
Result<nlohmann::json> parse_json(std::string_view text, std::size_t depth_max,
                                  JsonComments comments = JsonComments::refused);

}  // namespace chela
