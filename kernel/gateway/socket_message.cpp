#include "kernel/gateway/socket_message.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kTextBytesMax = 1'000'000;
constexpr std::size_t kIdBytesMax = 128;
constexpr std::size_t kDepthMax = 64;  // envelopes are flat

std::string text_member(const Json& body, const char* key, std::size_t bytes_max) {
  auto found = body.find(key);
  if (found == body.end() || !found->is_string()) return {};
  return std::string(cut_utf8(found->get_ref<const std::string&>(), bytes_max));
}

std::optional<SocketMessage::Kind> kind_of(std::string_view type) {
  using Kind = SocketMessage::Kind;
  if (type == "user_message") return Kind::user_message;
  if (type == "stop") return Kind::stop;
  if (type == "heartbeat") return Kind::heartbeat;
  if (type == "hello") return Kind::hello;
  if (type == "attach") return Kind::attach;
  return std::nullopt;
}

}  // namespace

SocketMessage read_socket_message(std::string_view payload) {
  SocketMessage raw{.text = std::string(cut_utf8(payload, kTextBytesMax))};
  if (!payload.starts_with('{')) return raw;
  auto parsed = parse_json(payload, kDepthMax);
  if (!parsed) return raw;
  const Json& body = *parsed;
  auto kind = kind_of(text_member(body, "type", kIdBytesMax));
  if (!kind) return raw;
  SocketMessage message{.kind = *kind, .is_envelope = true};
  message.text = text_member(body, "text", kTextBytesMax);
  if (message.text.empty()) message.text = text_member(body, "content", kTextBytesMax);
  message.message_id = text_member(body, "messageId", kIdBytesMax);
  message.session_id = text_member(body, "sessionId", kIdBytesMax);
  if (body.contains("after") && body["after"].is_number_unsigned()) message.after = body["after"].get<std::uint64_t>();
  return message;
}

}  // namespace chela::gateway
