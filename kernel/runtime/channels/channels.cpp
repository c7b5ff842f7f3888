#include "kernel/runtime/channels/channels.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "kernel/runtime/channels/hooked_sink.hpp"
#include "kernel/runtime/channels/sender_rules.hpp"
#include "kernel/runtime/hooks/message_hooks.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr auto kSendTimeout = std::chrono::seconds(60);
constexpr std::size_t kTextBytesMax = 256 * 1024;

MessagePlace place_of(const OutboundMessage& message) {
  return {.channel = message.channel,
          .account_id = message.account,
          .conversation_id = message.to,
          .session_key = {},
          .run_id = {},
          .message_id = {},
          .sender_id = {},
          .reply_to_id = {},
          .thread_id = message.thread};
}

}  // namespace

// Sends what is answered to a message of a native plugin.
class Channels::Answering final : public PieceSink {
 public:
  Answering(Channels& channels, const InboundMessage& message)
      : channels_(channels),
        to_{.channel = message.channel, .account = message.account, .to = message.peer, .thread = message.thread} {}

  Task<Result<void>> deliver(Piece piece) override {
    if (!piece.is_message()) co_return Result<void>{};
    auto message = to_;
    message.text = std::move(piece.text);
    auto sending = channels_.send_now(std::move(message), {});
    CHELA_CO_CHECK(co_await std::move(sending));
    co_return Result<void>{};
  }

 private:
  Channels& channels_;
  OutboundMessage to_;
};

Channels::Channels(Environment environment)
    : environment_(std::move(environment)),
      conversation_{environment_.loop, environment_.logger, environment_.sessions, notes_},
      accounts_({environment_.loop, environment_.logger, environment_.plugins, environment_.channels_on,
                 environment_.account_settings_of}) {}

ReplyStyle Channels::style_for(const InboundMessage& message, const ReplyWishes& wishes) const {
  auto style = environment_.default_style();
  auto settings = environment_.settings_of(message.channel);
  if (auto own = settings.find("blockStreaming"); own != settings.end() && own->is_boolean()) style.blocks = *own;
  style.blocks = style.blocks && !wishes.no_blocks;
  style.partial = wishes.partial;
  style.reasoning = wishes.reasoning;
  return style;
}

Task<Result<PieceCounts>> Channels::take(Conversing what, ReplyWishes wishes, PieceSink& sink, CancelToken cancel) {
  if (refusing_) co_return fail(ErrorCode::unavailable, "the gateway is stopping");
  ++totals_.received;
  if (auto allowed = check_sender(environment_.settings_of(what.message.channel), what.message); !allowed) {
    ++totals_.refused;
    environment_.logger.warning("channel {}: a message was refused: {}", what.message.channel, allowed.error().message);
    co_return std::unexpected(std::move(allowed.error()));
  }
  what.style = style_for(what.message, wishes);
  what.on_stored = [this, told = std::move(what.on_stored)](bool duplicate) mutable {
    if (duplicate) ++totals_.duplicates;
    if (told) told(duplicate);
  };
  HookedSink hooked(sink, environment_.sessions.environment().turn.hooks, what.message, totals_.delivered);
  auto conversing = converse(conversation_, std::move(what), hooked, std::move(cancel));
  co_return co_await std::move(conversing);
}

void Channels::receive(InboundMessage message, std::move_only_function<void(Result<void>)> stored) {
  using Stored = std::shared_ptr<std::move_only_function<void(Result<void>)>>;
  constexpr auto run = [](Channels& self, InboundMessage taken, Stored tell) -> Task<Result<void>> {
    Answering sink(self, taken);
    Conversing what{.message = std::move(taken), .style = {}, .on_stored = [tell](bool) { (*tell)({}); }};
    auto taking = self.take(std::move(what), {}, sink, {});
    auto done = co_await std::move(taking);
    if (!done) (*tell)(std::unexpected(std::move(done.error())));
    co_return Result<void>{};
  };
  auto once = std::make_shared<std::move_only_function<void(Result<void>)>>(
      [stored = std::move(stored)](Result<void> result) mutable {
        if (auto tell = std::exchange(stored, nullptr)) tell(std::move(result));
      });
  environment_.loop.spawn("a message of " + message.channel, run(*this, std::move(message), std::move(once)));
}

Task<Result<std::string>> Channels::send(OutboundMessage message, CancelToken cancel) {
  auto* hooks = environment_.sessions.environment().turn.hooks;
  bool asks = hooks && hooks->hears(HookPoint::message_sending);
  bool tells = hooks && hears_what_was_sent(*hooks);
  if (asks) {
    auto asking = ask_message_sending(*hooks, place_of(message), {message.to, message.text}, cancel);
    auto decision = co_await std::move(asking);
    if (decision.cancelled) co_return fail(ErrorCode::denied, "a plugin stopped the message: {}", decision.reason);
    message.text = std::move(decision.content);
  }
  std::optional<OutgoingMessage> told;
  if (tells) told = {message.to, message.text};
  auto place = place_of(message);
  auto sending = send_now(std::move(message), std::move(cancel));
  auto sent = co_await std::move(sending);
  if (told) tell_message_sent(*hooks, place, *told, sent ? std::nullopt : std::optional(sent.error().message));
  co_return sent;
}

Task<Result<std::string>> Channels::send_now(OutboundMessage message, CancelToken cancel) {
  const auto* capability = environment_.plugins.registry().find("channel", message.channel);
  if (!capability) co_return fail(ErrorCode::not_found, "there is no channel {}", message.channel);
  if (message.to.empty()) co_return fail(ErrorCode::invalid_argument, "the message names nobody in `to`");
  if (message.text.size() > kTextBytesMax) {
    co_return fail(ErrorCode::too_large, "the text has {} bytes, {} are allowed", message.text.size(), kTextBytesMax);
  }
  ++totals_.sent;
  auto plugin_id = capability->plugin_id;
  auto activating = environment_.plugins.activate(plugin_id);
  auto instance = co_await std::move(activating);
  Result<std::string> sent = std::unexpected(instance ? Error{} : instance.error());
  if (instance) {
    const auto* record = environment_.plugins.find(plugin_id);
    auto port = ChannelPort::of(environment_.loop, std::move(*instance), record ? record->leftover_calls : nullptr);
    if (port) {
      auto sending = port->send(std::move(message), kSendTimeout, std::move(cancel));
      sent = co_await std::move(sending);
    } else {
      sent = std::unexpected(std::move(port.error()));
    }
  }
  if (!sent) ++totals_.failed;
  co_return sent;
}

}  // namespace chela::runtime
