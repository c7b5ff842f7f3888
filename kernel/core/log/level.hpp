#pragma once

// How much a log line matters.

#include <cstdint>
#include <optional>
#include <string_view>

namespace chela::log {

enum class Level : std::uint8_t { trace, debug, info, warning, error, off };

std::string_view name_of(Level level);  // "trace" … "off"
// Also takes OpenClaw's names: silent, fatal, warn. Empty when the name is unknown.
std::optional<Level> find_level(std::string_view name);

}  // namespace chela::log
