#include "kernel/runtime/channels/native_message.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/channels/session_key.hpp"

namespace chela::runtime {

// A conversation for each person or group, as upstream's dmScope "per-account-channel-peer" has it.
Result<InboundMessage> message_of_native(const plugins::Registry& registry, const std::string& plugin_id,
                                         plugins::ReceivedMessage received) {
  const auto* capability = registry.find("channel", received.channel);
  if (!capability || capability->plugin_id != plugin_id) {
    return fail(ErrorCode::denied, "plugin {} has no channel {}", plugin_id, received.channel);
  }
  if (received.message_id.empty() || received.peer.empty() || trim(received.text).empty()) {
    return fail(ErrorCode::invalid_argument, "a message of channel {}: messageId, peer and text must not be empty",
                received.channel);
  }
  auto details = object_of(received.details.empty() ? "{}" : received.details);
  bool group = details.value("isGroup", nlohmann::json()) == true;
  auto key = fmt::format("agent:main:{}:{}:{}:{}", received.channel, received.account, group ? "group" : "direct",
                         received.peer);
  if (!received.thread.empty()) key += ":thread:" + received.thread;
  if (key.size() > kSessionKeyBytesMax) return fail(ErrorCode::too_large, "a message of channel {}: peer and thread are too long", received.channel);
  auto text = std::move(received.text);
  auto command = text;
  if (auto sender = text_of(details, "senderName"); group && !sender.empty()) text = sender + ": " + text;
  return InboundMessage{.plugin_id = plugin_id,
                        .channel = std::move(received.channel),
                        .account = received.account.empty() ? "default" : std::move(received.account),
                        .peer = std::move(received.peer),
                        .thread = std::move(received.thread),
                        .service_id = std::move(received.message_id),
                        .direct = !group,
                        .sender = std::move(received.sender),
                        .sender_aliases = {},
                        .session_key = std::move(key),
                        .text = std::move(text),
                        .command = std::move(command)};
}

}  // namespace chela::runtime
