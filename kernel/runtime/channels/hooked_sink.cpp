#include "kernel/runtime/channels/hooked_sink.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"

namespace chela::runtime {

bool hears_what_was_sent(const Hooks& hooks) {
  return hooks.hears(HookPoint::message_sent) || hooks.hears(HookPoint::internal_message_sent);
}

HookedSink::HookedSink(PieceSink& sink, Hooks* hooks, const InboundMessage& message, std::uint64_t& delivered)
    : sink_(sink), hooks_(hooks), delivered_(delivered) {
  if (!hooks_) return;
  place_ = {.channel = message.channel,
            .account_id = message.account,
            .conversation_id = message.peer,
            .session_key = message.session_key,
            .run_id = {},
            .message_id = message.service_id,
            .sender_id = message.sender,
            .reply_to_id = {},
            .thread_id = message.thread};
}

Task<bool> HookedSink::ask(Piece& piece) {
  if (hooks_->hears(HookPoint::reply_payload_sending)) {
    nlohmann::json payload = {{"text", piece.text}};
    if (piece.is_error) payload["isError"] = true;
    auto given = json_text(payload);
    auto asking = ask_reply_payload_sending(*hooks_, place_, std::string(name_of(piece.kind)), std::move(given), {});
    auto decision = co_await std::move(asking);
    if (decision.cancelled) co_return false;
    piece.text = text_of(object_of(decision.content), "text");
  }
  if (hooks_->hears(HookPoint::message_sending)) {
    auto asking = ask_message_sending(*hooks_, place_, {place_.conversation_id, piece.text}, {});
    auto decision = co_await std::move(asking);
    if (decision.cancelled) co_return false;
    piece.text = std::move(decision.content);
  }
  co_return !piece.text.empty();
}

Task<Result<void>> HookedSink::deliver(Piece piece) {
  if (!piece.is_message()) co_return co_await sink_.deliver(std::move(piece));
  if (hooks_) {
    auto asking = ask(piece);
    bool goes = co_await std::move(asking);
    if (!goes) co_return Result<void>{};
  }
  std::optional<OutgoingMessage> told;
  if (hooks_ && hears_what_was_sent(*hooks_)) told = {place_.conversation_id, piece.text};
  auto delivering = sink_.deliver(std::move(piece));
  auto delivered = co_await std::move(delivering);
  if (delivered) ++delivered_;
  if (told) {
    tell_message_sent(*hooks_, place_, *told, delivered ? std::nullopt : std::optional(delivered.error().message));
  }
  co_return delivered;
}

}  // namespace chela::runtime
