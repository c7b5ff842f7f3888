// Frames of a peer (kernel/core/net/websocket_codec.hpp), as server and as client.

#include <string>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"
#include "kernel/core/net/websocket_codec.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

using net::CloseCode;
using net::Opcode;
using net::WebSocketDecoder;
using net::WebSocketRole;
using Kind = net::WebSocketDecoder::Kind;

constexpr std::size_t kMessageMax = 300;
constexpr std::size_t kFragmentsMax = 6;

struct Seen {
  Kind kind;
  std::string payload;
  std::uint16_t code = 0;
  bool operator==(const Seen&) const = default;
};

void check(const Seen& event) {
  switch (event.kind) {
    case Kind::text:
      must(is_valid_utf8(event.payload), "a text is UTF-8", event.payload);
      [[fallthrough]];
    case Kind::binary: return must(event.payload.size() <= kMessageMax, "a message keeps its limit");
    case Kind::ping:
    case Kind::pong: return must(event.payload.size() <= 125, "a control frame is small");
    case Kind::close:
      must(is_valid_utf8(event.payload) && event.payload.size() <= 123, "a reason is a short text", event.payload);
      return must(event.code == CloseCode::none || net::is_valid_close_code(event.code), "a close code is allowed");
    case Kind::failed:
      return must(event.code == CloseCode::protocol_error || event.code == CloseCode::invalid_data ||
                      event.code == CloseCode::too_big,
                  "a failure has a close code");
    case Kind::need_more: return;
  }
}

std::vector<Seen> decode(WebSocketRole role, const Pieces& pieces) {
  WebSocketDecoder decoder(role, kMessageMax, kFragmentsMax);
  std::vector<Seen> events;
  for (auto piece : pieces) {
    std::string bytes(piece);  // unmasked in place
    std::span<char> input(bytes);
    for (;;) {
      auto event = decoder.next(input);
      if (event.kind == Kind::need_more) break;
      events.push_back({event.kind, std::string(event.payload), event.code});
      check(events.back());
    }
    bool ended = !events.empty() && (events.back().kind == Kind::close || events.back().kind == Kind::failed);
    must(ended || input.empty(), "who needs more has consumed all");
    if (ended) break;
  }
  return events;
}

std::string encode(WebSocketRole role, const std::vector<Seen>& events) {
  std::string out;
  for (const auto& event : events) {
    if (event.kind == Kind::text) append_frame(out, role, Opcode::text, event.payload);
    if (event.kind == Kind::binary) append_frame(out, role, Opcode::binary, event.payload);
    if (event.kind == Kind::ping) append_frame(out, role, Opcode::ping, event.payload);
    if (event.kind == Kind::pong) append_frame(out, role, Opcode::pong, event.payload);
    if (event.kind == Kind::close) append_close(out, role, event.code, event.payload);
  }
  return out;
}

void run_as(WebSocketRole role, std::string_view bytes) {
  auto ways = cuts(bytes);
  auto whole = decode(role, ways[0]);
  for (const auto& pieces : ways) must(decode(role, pieces) == whole, "the events do not depend on the cuts");
  if (!whole.empty() && whole.back().kind == Kind::failed) whole.pop_back();
  auto peer = role == WebSocketRole::server ? WebSocketRole::client : WebSocketRole::server;
  auto frames = encode(peer, whole);
  for (const auto& pieces : cuts(frames)) must(decode(role, pieces) == whole, "what is written is read back");
}

}  // namespace

void run(std::string_view bytes) {
  run_as(WebSocketRole::server, bytes);
  run_as(WebSocketRole::client, bytes);
}

}  // namespace chela::fuzz
