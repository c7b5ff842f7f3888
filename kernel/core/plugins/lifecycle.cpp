#include "kernel/core/plugins/lifecycle.hpp"

#include <algorithm>
#include <iterator>

#include "kernel/core/base/assert.hpp"

namespace chela::plugins {

std::string_view name_of(State state) {
  constexpr std::string_view kNames[] = {"found",   "verified", "resolved", "loaded",  "configured",
                                         "started", "stopped",  "failed",   "disabled", "quarantined"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name_of(Step step) {
  constexpr std::string_view kNames[] = {"verify", "resolve", "load", "configure", "start", "stop", "quarantine", "lose"};
  return kNames[static_cast<std::size_t>(step)];
}

State next_state(State from, Step step, bool success) {
  auto edge = std::ranges::find_if(kLifecycle, [&](const Edge& e) { return e.from == from && e.step == step; });
  CHELA_ASSERT(edge != std::end(kLifecycle), "a plugin takes only the steps that its state allows");
  return success ? edge->on_success : edge->on_failure;
}

}  // namespace chela::plugins
