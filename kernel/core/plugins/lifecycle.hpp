#pragma once

// The life of a plugin as one table: which state follows which step, and where a failed step leads.

#include <string_view>

namespace chela::plugins {

// found: the manifest was read. verified: integrity and lane allow it. resolved: what it requires is there.
// The rest is the ABI's own life. A failed plugin stays failed, with its diagnostics, until it is reloaded.
// A quarantined one still runs, since stopping it is a call into it, but is given nothing to do any more.
enum class State { found, verified, resolved, loaded, configured, started, stopped, failed, disabled, quarantined };
// lose: its process ended unasked; it may be started again, unless that has failed too often.
enum class Step { verify, resolve, load, configure, start, stop, quarantine, lose };

struct Edge {
  State from;
  Step step;
  State on_success;
  State on_failure;
};

inline constexpr Edge kLifecycle[] = {
    {State::found, Step::verify, State::verified, State::failed},
    {State::verified, Step::resolve, State::resolved, State::failed},
    {State::resolved, Step::load, State::loaded, State::failed},
    {State::loaded, Step::configure, State::configured, State::failed},
    {State::configured, Step::start, State::started, State::failed},
    {State::started, Step::stop, State::stopped, State::failed},
    {State::started, Step::quarantine, State::quarantined, State::quarantined},
    {State::quarantined, Step::stop, State::stopped, State::failed},
    {State::started, Step::lose, State::resolved, State::failed},
    {State::stopped, Step::configure, State::configured, State::failed},
};

std::string_view name_of(State state);
std::string_view name_of(Step step);

// The state that `step` leads to. A step that the table does not allow from `from` is a broken invariant.
State next_state(State from, Step step, bool success);

}  // namespace chela::plugins
