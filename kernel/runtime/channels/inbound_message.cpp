#include "kernel/runtime/channels/inbound_message.hpp"

#include <fmt/format.h>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/channels/session_key.hpp"

namespace chela::runtime {
namespace {

constexpr std::size_t kNameBytesMax = 256;  // of what is kept of a peer
constexpr std::size_t kIdBytesMax = 128;

std::string bounded(std::string_view text) { return std::string(cut_utf8(text, kNameBytesMax)); }

}  // namespace

SessionIdentity InboundMessage::identity() const {
  return {.agent = agent_of(session_key), .channel = bounded(channel), .peer = bounded(peer), .thread = bounded(thread)};
}

std::string InboundMessage::message_id() const {
  if (service_id.empty()) return {};
  auto whole = fmt::format("{}:{}:{}", channel, account, service_id);
  return whole.size() <= kIdBytesMax ? whole : fmt::format("{}:{}", channel, sha256_hex(whole));
}

}  // namespace chela::runtime
