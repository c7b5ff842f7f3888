#include "kernel/core/plugins/isolation.hpp"

#include <algorithm>
#include <array>

namespace chela::plugins {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"in-process", "process", "sandbox"};

}  // namespace

std::optional<Isolation> parse_isolation(std::string_view text) {
  auto found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Isolation>(found - kNames.begin());
}

std::string_view name_of(Isolation isolation) { return kNames[static_cast<std::size_t>(isolation)]; }

}  // namespace chela::plugins
