#pragma once

// Whether a text is JSON, so that what is handed on as JSON is JSON. Any thread.

#include <cstddef>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::rpc {

// RFC 8259, strictly, with numbers of any size; UTF-8 is not looked at. Error `invalid_argument`: "it is not valid JSON: … at byte N".
Result<void> check_json(std::string_view text, std::size_t depth_max);

}  // namespace chela::rpc
