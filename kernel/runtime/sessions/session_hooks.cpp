#include "kernel/runtime/sessions/session_hooks.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/runtime/hooks/message_hooks.hpp"
#include "kernel/runtime/sessions/history.hpp"
#include "kernel/runtime/turn/hook_message.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

MessagePlace place_of(const SessionSummary& session, const NewMessage& message) {
  return {.channel = session.identity.channel,
          .session_key = session.id,
          .message_id = message.message_id,
          .sender_id = session.identity.peer,
          .thread_id = session.identity.thread};
}

Json session_context(const SessionSummary& session) {
  return {{"agentId", session.identity.agent}, {"sessionId", session.id}, {"sessionKey", session.id}};
}

}  // namespace

void tell_accepted(Hooks* hooks, const SessionSummary& before, const NewMessage& message, std::int64_t now_ms) {
  if (!hooks) return;
  if (before.message_count == 0 && hooks->hears(HookPoint::session_start)) {
    hooks->tell(HookPoint::session_start, {{"sessionId", before.id}, {"sessionKey", before.id}},
                session_context(before));
  }
  tell_message_received(*hooks, place_of(before, message), message.text, now_ms);
}

Task<std::optional<std::string>> claim_dispatch(Hooks& hooks, SessionSummary session, std::string message_id,
                                                std::string text, CancelToken cancel) {
  Json event = {{"messageId", message_id},
                {"content", text},
                {"body", text},
                {"channel", session.identity.channel},
                {"sessionKey", session.id},
                {"senderId", session.identity.peer},
                {"isGroup", false}};
  auto said = co_await hooks.ask(HookPoint::before_dispatch, std::move(event), session_context(session),
                                 std::move(cancel));
  if (said.value("handled", Json()) != true) co_return std::nullopt;
  co_return text_of(said, "text");
}

void tell_before_reset(Hooks& hooks, const StoredSession& session, std::string_view reason) {
  if (session.entries.empty()) return;
  auto context = session_context(session.summary);
  Json event = {{"messages", to_hook_messages(history_of(session.entries))}, {"reason", reason}};
  hooks.tell(HookPoint::before_reset, event, context);
}

void tell_session_end(Hooks* hooks, const SessionSummary& session, std::string_view reason) {
  if (!hooks || session.message_count == 0 || !hooks->hears(HookPoint::session_end)) return;
  Json event = {{"sessionId", session.id},
                {"sessionKey", session.id},
                {"messageCount", session.message_count},
                {"reason", reason}};
  hooks->tell_started(HookPoint::session_end, event, session_context(session));
}

}  // namespace chela::runtime
