#pragma once

// The points that messages of channels pass on their way in and out. Whoever delivers messages asks and tells here; each
// function costs a look at a bitmap when nobody listens. Loop thread only.

#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/hooks/hooks.hpp"

namespace chela::runtime {

// Where a message belongs; what is empty is left out.
struct MessagePlace {
  std::string channel;
  std::string account_id;
  std::string conversation_id;
  std::string session_key;
  std::string run_id;
  std::string message_id;
  std::string sender_id;
  std::string reply_to_id;
  std::string thread_id;
};

struct OutgoingMessage {
  std::string to;
  std::string content;
};

// What plugins made of something that is to be sent.
struct SendingDecision {
  bool cancelled = false;
  std::string reason;   // of the cancellation
  std::string content;  // message_sending: the text; reply_payload_sending: the payload, a JSON object
};

// message_sending: before a text is given to its channel.
Task<SendingDecision> ask_message_sending(Hooks& hooks, MessagePlace place, OutgoingMessage message, CancelToken cancel);

// reply_payload_sending: before a piece of an answer is delivered. `kind`: tool, block or final; `payload`: a JSON
// object with text, mediaUrls and what else upstream's reply payload has.
Task<SendingDecision> ask_reply_payload_sending(Hooks& hooks, MessagePlace place, std::string kind, std::string payload,
                                                CancelToken cancel);

// message_sent and internal:message:sent: after the channel has taken it, or refused it with `error`.
void tell_message_sent(Hooks& hooks, const MessagePlace& place, const OutgoingMessage& message,
                       const std::optional<std::string>& error);

// message_received and internal:message:received. Sessions do it for every message that they accept.
void tell_message_received(Hooks& hooks, const MessagePlace& place, std::string_view content, std::int64_t timestamp_ms);

// channel_pairing_requested: somebody unknown wrote and was given `code`.
void tell_pairing_requested(Hooks& hooks, const MessagePlace& place, std::string_view code);

}  // namespace chela::runtime
