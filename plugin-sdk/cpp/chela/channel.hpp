#ifndef CHELA_CHANNEL_HPP
#define CHELA_CHANNEL_HPP
// Channels (chela.channel/1, chela.inbound/1): a way for people to reach the gateway. A class has those that its
// manifest names by these methods, all on the loop. Each returns at once and completes now or later; what is thrown
// fails the call:
//   void connect(chela::ChannelAccount, chela::ChannelCall)     begins to receive; completes with the state, JSON
//   void disconnect(chela::ChannelAccount, chela::ChannelCall)  ends it
//   void send(chela::ChannelMessage, chela::ChannelCall)        sends once; completes with {"messageId": …}
//   void accounts(chela::ChannelAccount, chela::ChannelCall)    optional: which accounts there are, JSON
//   void typing(chela::ChannelMessage, bool on)                 optional
// What arrives goes to host.inbound().receive(), on any thread.

#include <cstdint>
#include <string>

#include "chela/call.hpp"
#include "chela/callback.hpp"
#include "chela/detect.hpp"
#include "chela/ext/channel.h"
#include "chela/ext/inbound.h"
#include "chela/host.hpp"

namespace chela {
inline namespace sdk {

// An account of a channel; a copy that may be kept.
struct ChannelAccount {
  std::uint64_t call_id = 0;
  std::string channel;
  std::string account;   // "default" when there is one only
  std::string settings;  // JSON object: the channel's section of the configuration
  std::uint64_t timeout_ms = 0;
};

// What to send; a copy that may be kept.
struct ChannelMessage {
  std::uint64_t call_id = 0;
  std::string channel;
  std::string account;
  std::string to;
  std::string thread;
  std::string text;     // Markdown
  std::string details;  // JSON object
  std::string idempotency_key;
  std::uint64_t timeout_ms = 0;
};

// A running call: move-only, completed exactly once. Any thread.
class ChannelCall : public detail::CallHandle<chela_channel_call> {
 public:
  using CallHandle::CallHandle;
  bool complete(std::string_view json) { return call_->end(CHELA_OK, json); }
  using CallHandle::fail;
  // CHELA_UNAVAILABLE, CHELA_TIMED_OUT and CHELA_EXHAUSTED may be tried again, not before `retry_after_ms`.
  bool fail(chela_status status, std::string_view text, std::uint64_t retry_after_ms) {
    return call_->end(status == CHELA_OK ? CHELA_INTERNAL : status, text, retry_after_ms);
  }
};

// A message that has arrived; untrusted.
struct InboundMessage {
  std::string channel;
  std::string account = "default";
  std::string message_id;  // the service's own; required
  std::string peer;        // where a reply goes; required
  std::string thread;
  std::string sender;
  std::string text;
  std::string details = "{}";  // JSON object: senderName, isGroup
};

namespace detail {

// Lives by itself until the host has told it what became of the message, which it does in any case.
class Receipt final {
 public:
  using OnStored = Callback<void(chela_status, std::string_view)>;

  static void send(const std::shared_ptr<HostState>& host, const InboundMessage& message, OnStored on_stored) {
    const auto* service = host->get<chela_host_inbound>(CHELA_EXT_INBOUND);
    auto receipt = std::make_shared<Receipt>(host, std::move(on_stored));
    receipt->self_ = receipt;
    const chela_inbound_message raw = {sizeof(chela_inbound_message), to_str(message.channel), to_str(message.account),
                                       to_str(message.message_id),    to_str(message.peer),    to_str(message.thread),
                                       to_str(message.sender),        to_str(message.text),    to_str(message.details)};
    std::string refusal = "the host refused the message";
    const chela_error_sink error = {sizeof(chela_error_sink), &refusal,
                                    [](const chela_error_sink* sink, chela_str text) {
                                      static_cast<std::string*>(sink->context)->assign(to_view(text));
                                    }};
    const chela_status status = service->receive(host->host, &raw, &receipt->listener_, &error);
    if (status == CHELA_OK) return;
    receipt->self_.reset();
    throw Failure(status, refusal);
  }

  Receipt(std::weak_ptr<HostState> host, OnStored on_stored)
      : host_(std::move(host)), on_stored_(std::move(on_stored)) {
    listener_ = {sizeof(chela_inbound_listener), this, &Thunk<chela_inbound_listener, &Receipt::stored>::call};
  }
  void on_failure(const Failure& failure) {
    if (auto host = host_.lock()) Log(host).error("on_stored of a message: " + failure.text());
  }

 private:
  static void stored(Receipt& self, chela_status status, chela_str text) {
    const auto last = std::move(self.self_);
    self.on_stored_(status, to_view(text));
  }

  std::weak_ptr<HostState> host_;
  OnStored on_stored_;
  chela_inbound_listener listener_ = {};
  std::shared_ptr<Receipt> self_;
};

}  // namespace detail

// The way in, for plugins whose manifest provides a channel. Any thread, while the plugin is started.
class Inbound {
 public:
  explicit Inbound(std::shared_ptr<detail::HostState> state) : state_(std::move(state)) {}

  // Hands a message over. `on_stored` is called once, on the loop: acknowledge the message with CHELA_OK and with
  // CHELA_DENIED (an unwanted sender), else let the service send it again. Throws Failure when it is not taken.
  void receive(const InboundMessage& message, Callback<void(chela_status, std::string_view)> on_stored) const {
    detail::Receipt::send(state_, message, std::move(on_stored));
  }
  // An account's state has changed: a JSON object (running, connected, lastError, …).
  void state(std::string_view channel, std::string_view account, std::string_view json) const {
    const auto* service = state_->get<chela_host_inbound>(CHELA_EXT_INBOUND);
    service->state(state_->host, to_str(channel), to_str(account), to_str(json));
  }

 private:
  std::shared_ptr<detail::HostState> state_;
};

inline Inbound Host::inbound() const {
  return Inbound(state_);
}

namespace detail {

CHELA_DETECT_MEMBER(connect)
CHELA_DETECT_MEMBER(disconnect)
CHELA_DETECT_MEMBER(accounts)
CHELA_DETECT_MEMBER(typing)

template <class T>
constexpr bool has_channel = has_connect<T> && has_disconnect<T>;

template <class T, class = void>
struct ChannelMethods : std::false_type {};
template <class T>
struct ChannelMethods<
    T, std::void_t<decltype(std::declval<T&>().connect(std::declval<ChannelAccount>(), std::declval<ChannelCall>())),
                   decltype(std::declval<T&>().disconnect(std::declval<ChannelAccount>(), std::declval<ChannelCall>())),
                   decltype(std::declval<T&>().send(std::declval<ChannelMessage>(), std::declval<ChannelCall>()))>>
    : std::true_type {};
template <class T, class = void>
struct AccountsMethod : std::false_type {};
template <class T>
struct AccountsMethod<
    T, std::void_t<decltype(std::declval<T&>().accounts(std::declval<ChannelAccount>(), std::declval<ChannelCall>()))>>
    : std::true_type {};
template <class T, class = void>
struct TypingMethod : std::false_type {};
template <class T>
struct TypingMethod<T, std::void_t<decltype(std::declval<T&>().typing(std::declval<ChannelMessage>(), true))>>
    : std::true_type {};

// chela.channel/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct ChannelInterface {
  using Object = typename Instance::Object;

  static ChannelAccount copy(const chela_channel_account* raw) {
    return {raw->call_id, std::string(to_view(raw->channel)), std::string(to_view(raw->account)),
            std::string(to_view(raw->settings)), raw->timeout_ms};
  }
  static ChannelMessage copy(const chela_channel_message* raw) {
    return {raw->call_id,
            std::string(to_view(raw->channel)),
            std::string(to_view(raw->account)),
            std::string(to_view(raw->to)),
            std::string(to_view(raw->thread)),
            std::string(to_view(raw->text)),
            std::string(to_view(raw->details)),
            std::string(to_view(raw->idempotency_key)),
            raw->timeout_ms};
  }

  static chela_status connect(Instance& instance, const chela_channel_account* raw, const chela_channel_call* call,
                              const chela_error_sink*) {
    auto open = instance.channel_calls->add(raw->call_id, call, false);
    open->start([&] { instance.object().connect(copy(raw), ChannelCall(open)); });
    return CHELA_OK;
  }
  static chela_status disconnect(Instance& instance, const chela_channel_account* raw, const chela_channel_call* call,
                                 const chela_error_sink*) {
    auto open = instance.channel_calls->add(raw->call_id, call, false);
    open->start([&] { instance.object().disconnect(copy(raw), ChannelCall(open)); });
    return CHELA_OK;
  }
  static chela_status send(Instance& instance, const chela_channel_message* raw, const chela_channel_call* call,
                           const chela_error_sink*) {
    auto open = instance.channel_calls->add(raw->call_id, call, false);
    open->start([&] { instance.object().send(copy(raw), ChannelCall(open)); });
    return CHELA_OK;
  }
  static void cancel(Instance& instance, std::uint64_t call_id) { instance.cancel(call_id); }
  static chela_status accounts(Instance& instance, const chela_channel_account* raw, const chela_channel_call* call,
                               const chela_error_sink*) {
    auto open = instance.channel_calls->add(raw->call_id, call, false);
    if constexpr (AccountsMethod<Object>::value) {
      open->start([&] { instance.object().accounts(copy(raw), ChannelCall(open)); });
    }
    return CHELA_OK;
  }
  static void typing(Instance& instance, const chela_channel_message* raw, bool on) {
    if constexpr (TypingMethod<Object>::value) {
      instance.object().typing(copy(raw), on);
    } else {
      (void)instance, (void)raw, (void)on;
    }
  }

  static constexpr chela_plugin_channel table = {
      sizeof(chela_plugin_channel),
      &Thunk<chela_plugin, &connect>::call,
      &Thunk<chela_plugin, &disconnect>::call,
      &Thunk<chela_plugin, &send>::call,
      &Thunk<chela_plugin, &cancel>::call,
      AccountsMethod<Object>::value ? &Thunk<chela_plugin, &accounts>::call : nullptr,
      TypingMethod<Object>::value ? &Thunk<chela_plugin, &typing>::call : nullptr};
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
