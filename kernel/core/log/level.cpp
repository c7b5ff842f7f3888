#include "kernel/core/log/level.hpp"

#include <array>

#include "kernel/core/base/text.hpp"

namespace chela::log {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"trace", "debug", "info", "warning", "error", "off"};

}  // namespace

std::string_view name_of(Level level) { return kNames[static_cast<std::size_t>(level)]; }

std::optional<Level> find_level(std::string_view name) {
  std::string lower = to_lower(trim(name));
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (lower == kNames[i]) return static_cast<Level>(i);
  }
  if (lower == "warn") return Level::warning;
  if (lower == "fatal") return Level::error;
  if (lower == "silent") return Level::off;
  return std::nullopt;
}

}  // namespace chela::log
