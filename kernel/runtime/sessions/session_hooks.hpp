#pragma once

// The points of a session at which plugins listen. `hooks` may be null. Loop thread only.

#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/hooks/hooks.hpp"
#include "kernel/runtime/sessions/session.hpp"

namespace chela::runtime {

// session_start, when it is the session's first message (`before`: the session until then), and message_received.
void tell_accepted(Hooks* hooks, const SessionSummary& before, const NewMessage& message, std::int64_t now_ms);

// before_dispatch: an answer that makes the turn unnecessary. To be asked only when may_claim() says so.
inline bool may_claim(const Hooks* hooks) { return hooks && hooks->hears(HookPoint::before_dispatch); }
Task<std::optional<std::string>> claim_dispatch(Hooks& hooks, SessionSummary session, std::string message_id,
                                                std::string text, CancelToken cancel);

// before_reset, of a session that a person deletes, with what was said in it last. To be told only when hears_reset()
// says so, before anything of it is gone.
inline bool hears_reset(const Hooks* hooks) { return hooks && hooks->hears(HookPoint::before_reset); }
void tell_before_reset(Hooks& hooks, const StoredSession& session, std::string_view reason);

// session_end, of a session in which something was said; to plugins that run.
void tell_session_end(Hooks* hooks, const SessionSummary& session, std::string_view reason);

}  // namespace chela::runtime
