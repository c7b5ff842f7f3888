#pragma once

// JSON5 1.0 (json5.org), strictly, with one rule more: a key may stand only once in an object.
// Numbers without a fraction that fit 64 bits stay integers; the rest are doubles, NaN and Infinity included.
// A lone surrogate escape (\uD800) is refused: it is no character and has no UTF-8 form.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/config/source_map.hpp"

namespace chela::config {

struct Json5Limits {
  std::size_t bytes_max = 1 << 20;
  std::size_t depth_max = 64;
  std::size_t values_max = 100'000;
};

struct SyntaxError {
  Position at;
  std::string message;
};

// Parses one document. Any bytes are safe to pass. Any thread. `map`, when given, receives the positions.
std::expected<nlohmann::json, SyntaxError> parse_json5(std::string_view text, SourceMap* map = nullptr,
                                                       const Json5Limits& limits = {});

// Whether `key` may stand in an object without quotes.
bool is_json5_identifier(std::string_view key);

}  // namespace chela::config
