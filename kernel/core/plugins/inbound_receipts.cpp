#include "kernel/core/plugins/inbound_receipts.hpp"

#include <utility>

#include "kernel/core/base/text.hpp"
#include "kernel/core/plugins/abi_text.hpp"

namespace chela::plugins {
namespace {

std::string text_of(chela_str text) { return repair_utf8(from_abi(text)); }

ReceivedMessage value_of(const chela_inbound_message& message) {
  return {.channel = text_of(message.channel),
          .account = text_of(message.account),
          .message_id = text_of(message.message_id),
          .peer = text_of(message.peer),
          .thread = text_of(message.thread),
          .sender = text_of(message.sender),
          .text = text_of(message.text),
          .details = text_of(message.details)};
}

void tell(const chela_inbound_listener* listener, chela_status status, std::string_view text) {
  ErrorText error;
  guarded(error, [&] {
    listener->on_stored(listener, status, to_abi(text));
    return CHELA_OK;
  });
}

}  // namespace

Result<void> InboundReceipts::receive(const chela_inbound_message& message, const chela_inbound_listener* listener) {
  if (!CHELA_HAS(&message, chela_inbound_message, details)) {
    return fail(ErrorCode::invalid_argument, "the message is too short");
  }
  if (!listener || !CHELA_HAS(listener, chela_inbound_listener, on_stored) || !listener->on_stored) {
    return fail(ErrorCode::invalid_argument, "the listener is too short or has a null function");
  }
  auto bytes = message.text.size + message.details.size + message.peer.size + message.sender.size +
               message.thread.size + message.message_id.size + message.channel.size + message.account.size;
  if (bytes > kMessageBytesMax) {
    return fail(ErrorCode::too_large, "the message has {} bytes, {} are allowed", bytes, kMessageBytesMax);
  }
  std::uint64_t id = 0;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return fail(ErrorCode::unavailable, "the plugin is not running");
    if (open_.size() >= kOpenMax) {
      return fail(ErrorCode::exhausted, "{} messages wait to be stored already; hand this one over again later", kOpenMax);
    }
    id = ++last_id_;
    open_.emplace(id, listener);
  }
  loop_.post([self = weak_from_this(), id, value = value_of(message)]() mutable {
    auto alive = self.lock();
    if (!alive) return;
    alive->door_.receive(alive->manifest_, std::move(value), [self, id](Result<void> stored) {
      auto still = self.lock();
      const auto* waiting = still ? still->take(id) : nullptr;
      if (!waiting) return;
      tell(waiting, stored ? CHELA_OK : to_status(stored.error().code), stored ? "" : stored.error().message);
    });
  });
  return {};
}

void InboundReceipts::tell_state(chela_str channel, chela_str account, chela_str state) {
  constexpr std::size_t kStateBytesMax = 16 * 1024;
  if (channel.size + account.size + state.size > kStateBytesMax) return;
  loop_.post([self = weak_from_this(), channel = text_of(channel), account = text_of(account),
              state = text_of(state)]() mutable {
    auto alive = self.lock();
    if (!alive) return;
    {
      std::lock_guard lock(alive->mutex_);
      if (alive->closed_) return;
    }
    alive->door_.state(alive->manifest_, std::move(channel), std::move(account), std::move(state));
  });
}

const chela_inbound_listener* InboundReceipts::take(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  auto found = open_.extract(id);
  return found ? found.mapped() : nullptr;
}

void InboundReceipts::close() {
  std::map<std::uint64_t, const chela_inbound_listener*> waiting;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    waiting.swap(open_);
  }
  for (const auto& [id, listener] : waiting) tell(listener, CHELA_UNAVAILABLE, "the plugin is being stopped");
}

}  // namespace chela::plugins
