#pragma once

// Whether a text is JSON. Any thread.
// simdjson on demand does not look inside what it passes over, and its tree refuses integers that JavaScript writes
// (2^69 is "590295810358705700000"); so that what is handed on as JSON is JSON, it is checked here.

#include <cstddef>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::rpc {

// RFC 8259, strictly, with numbers of any size; UTF-8 is not looked at. Error `invalid_argument`: "it is not valid JSON: … at byte N".
Result<void> check_json(std::string_view text, std::size_t depth_max);

}  // namespace chela::rpc
