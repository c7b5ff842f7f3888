#include "kernel/runtime/hooks/message_hooks.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPayloadDepthMax = 64;

void put(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

// Upstream's PluginHookMessageContext.
Json context_of(const MessagePlace& place) {
  Json out = Json::object();
  put(out, "channelId", place.channel);
  put(out, "accountId", place.account_id);
  put(out, "conversationId", place.conversation_id);
  put(out, "sessionKey", place.session_key);
  put(out, "runId", place.run_id);
  put(out, "messageId", place.message_id);
  put(out, "senderId", place.sender_id);
  put(out, "replyToId", place.reply_to_id);
  return out;
}

Json internal_event(const char* action, const MessagePlace& place, Json context) {
  context.update(context_of(place));
  return {{"type", "message"}, {"action", action}, {"sessionKey", place.session_key}, {"context", std::move(context)}};
}

bool is_cancelled(const Json& said) { return said.value("cancel", Json()) == true; }

}  // namespace

Task<SendingDecision> ask_message_sending(Hooks& hooks, MessagePlace place, OutgoingMessage message,
                                          CancelToken cancel) {
  SendingDecision out{.content = message.content};
  if (!hooks.hears(HookPoint::message_sending)) co_return out;
  Json event = {{"to", message.to}, {"content", message.content}};
  put(event, "replyToId", place.reply_to_id);
  put(event, "threadId", place.thread_id);
  event["metadata"] = {{"channel", place.channel}, {"accountId", place.account_id}};
  auto asking = hooks.ask(HookPoint::message_sending, std::move(event), context_of(place), std::move(cancel));
  auto said = co_await std::move(asking);
  out.cancelled = is_cancelled(said);
  out.reason = text_of(said, "cancelReason");
  if (auto content = said.find("content"); content != said.end() && content->is_string()) out.content = *content;
  co_return out;
}

Task<SendingDecision> ask_reply_payload_sending(Hooks& hooks, MessagePlace place, std::string kind, std::string payload,
                                                CancelToken cancel) {
  SendingDecision out{.content = std::move(payload)};
  if (!hooks.hears(HookPoint::reply_payload_sending)) co_return out;
  auto parsed = parse_json(out.content, kPayloadDepthMax);
  if (!parsed || !parsed->is_object()) co_return out;
  Json event = {{"payload", std::move(*parsed)}, {"kind", kind}};
  put(event, "channel", place.channel);
  put(event, "sessionKey", place.session_key);
  put(event, "runId", place.run_id);
  auto asking = hooks.ask(HookPoint::reply_payload_sending, std::move(event), context_of(place), std::move(cancel));
  auto said = co_await std::move(asking);
  out.cancelled = is_cancelled(said);
  out.reason = text_of(said, "reason");
  if (auto changed = said.find("payload"); changed != said.end() && changed->is_object()) {
    out.content = json_text(*changed);
  }
  co_return out;
}

void tell_message_sent(Hooks& hooks, const MessagePlace& place, const OutgoingMessage& message,
                       const std::optional<std::string>& error) {
  bool typed = hooks.hears(HookPoint::message_sent), internal = hooks.hears(HookPoint::internal_message_sent);
  if (!typed && !internal) return;
  Json event = {{"to", message.to}, {"content", message.content}, {"success", !error.has_value()}};
  put(event, "messageId", place.message_id);
  put(event, "sessionKey", place.session_key);
  put(event, "runId", place.run_id);
  if (error) event["error"] = *error;
  if (typed) hooks.tell(HookPoint::message_sent, event, context_of(place));
  if (internal) {
    hooks.tell(HookPoint::internal_message_sent, internal_event("sent", place, std::move(event)), Json::object());
  }
}

void tell_message_received(Hooks& hooks, const MessagePlace& place, std::string_view content,
                           std::int64_t timestamp_ms) {
  bool typed = hooks.hears(HookPoint::message_received), internal = hooks.hears(HookPoint::internal_message_received);
  if (!typed && !internal) return;
  Json event = {{"from", place.sender_id}, {"content", content}, {"timestamp", timestamp_ms}};
  put(event, "threadId", place.thread_id);
  put(event, "messageId", place.message_id);
  put(event, "senderId", place.sender_id);
  put(event, "replyToId", place.reply_to_id);
  put(event, "sessionKey", place.session_key);
  if (typed) hooks.tell(HookPoint::message_received, event, context_of(place));
  if (internal) {
    hooks.tell(HookPoint::internal_message_received, internal_event("received", place, std::move(event)),
               Json::object());
  }
}

void tell_pairing_requested(Hooks& hooks, const MessagePlace& place, std::string_view code) {
  if (!hooks.hears(HookPoint::channel_pairing_requested)) return;
  Json event = {{"channel", place.channel}, {"senderId", place.sender_id}, {"code", code}};
  put(event, "accountId", place.account_id);
  hooks.tell(HookPoint::channel_pairing_requested, event, context_of(place));
}

}  // namespace chela::runtime
