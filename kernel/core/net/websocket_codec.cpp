#include "kernel/core/net/websocket_codec.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "kernel/core/base/text.hpp"

namespace chela::net {
namespace {

constexpr std::size_t kControlSizeMax = 125;
constexpr std::size_t kReasonSizeMax = kControlSizeMax - 2;

bool is_control(Opcode opcode) {
  return (static_cast<std::uint8_t>(opcode) & 8) != 0;
}

// Masks hide frames from proxies that a page might try to poison; any seed that such a page cannot see will do.
std::uint32_t fresh_mask() {
  thread_local std::mt19937 engine(std::random_device{}());
  return static_cast<std::uint32_t>(engine());
}

// XORs with the mask, whose lowest byte belongs to bytes[0].
void apply_mask(std::span<char> bytes, std::uint32_t mask) {
  std::uint8_t key[8];
  for (std::size_t i = 0; i < 8; ++i) key[i] = static_cast<std::uint8_t>(mask >> (8 * (i & 3)));
  std::uint64_t wide;
  std::memcpy(&wide, key, 8);
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    word ^= wide;
    std::memcpy(bytes.data() + i, &word, 8);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ static_cast<char>(key[i & 7]));
}

// Size of a whole frame header, from its second byte.
std::size_t head_size_of(std::uint8_t second) {
  std::size_t length = (second & 0x7F) == 126 ? 2 : (second & 0x7F) == 127 ? 8 : 0;
  return 2 + length + ((second & 0x80) ? 4 : 0);
}

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (auto byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

bool is_valid_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

void append_frame(std::string& out, WebSocketRole role, Opcode opcode, std::string_view payload, bool final) {
  bool masked = role == WebSocketRole::client;
  std::uint8_t mask_bit = masked ? 0x80 : 0;
  auto put = [&](std::uint64_t byte) { out += static_cast<char>(byte & 0xFF); };
  put((final ? 0x80u : 0u) | static_cast<std::uint8_t>(opcode));
  if (payload.size() <= 125) {
    put(mask_bit | payload.size());
  } else if (payload.size() <= 0xFFFF) {
    put(mask_bit | 126u);
    for (int shift = 8; shift >= 0; shift -= 8) put(payload.size() >> shift);
  } else {
    put(mask_bit | 127u);
    for (int shift = 56; shift >= 0; shift -= 8) put(std::uint64_t{payload.size()} >> shift);
  }
  if (!masked) {
    out += payload;
    return;
  }
  std::uint32_t mask = fresh_mask();
  for (int shift = 0; shift <= 24; shift += 8) put(mask >> shift);
  std::size_t begin = out.size();
  out += payload;
  apply_mask(std::span(out).subspan(begin), mask);
}

void append_close(std::string& out, WebSocketRole role, std::uint16_t code, std::string_view reason) {
  if (code == CloseCode::none) return append_frame(out, role, Opcode::close, {});
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  payload += cut_utf8(reason, kReasonSizeMax);
  append_frame(out, role, Opcode::close, payload);
}

WebSocketDecoder::WebSocketDecoder(WebSocketRole role, std::size_t message_size_max, std::size_t fragments_max)
    : message_size_max_(static_cast<std::uint32_t>(std::min<std::size_t>(message_size_max, 0xFFFFFFFF))),
      fragments_max_(static_cast<std::uint32_t>(std::min<std::size_t>(fragments_max, 0xFFFFFFFF))),
      role_(role) {}

WebSocketDecoder::Event WebSocketDecoder::next(std::span<char>& input) {
  if (std::exchange(clear_message_, false)) std::string().swap(message_);
  if (std::exchange(clear_control_, false)) std::string().swap(control_);
  if (ended_) return {};
  for (;;) {
    std::optional<Event> event;
    if (!in_frame_) {
      if (input.empty()) return {};
      event = take_header(input);
    } else {
      event = take_payload(input);
    }
    if (event) return *event;
    if (input.empty() && (!in_frame_ || frame_.left > 0)) return {};
  }
}

std::optional<WebSocketDecoder::Event> WebSocketDecoder::take_header(std::span<char>& input) {
  for (;;) {
    std::size_t wanted = head_size_ < 2 ? 2 : head_size_of(head_[1]);
    if (head_size_ == wanted) break;
    if (input.empty()) return std::nullopt;
    std::size_t taken = std::min(input.size(), wanted - head_size_);
    std::memcpy(head_ + head_size_, input.data(), taken);
    head_size_ = static_cast<std::uint8_t>(head_size_ + taken);
    input = input.subspan(taken);
    // What is wrong in the first two bytes is refused before the rest has come.
    if (head_size_ == 2) {
      if (auto refused = check_first_bytes()) return refused;
    }
  }
  return begin_frame({head_, std::exchange(head_size_, std::uint8_t{0})});
}

std::optional<WebSocketDecoder::Event> WebSocketDecoder::check_first_bytes() {
  auto opcode = static_cast<Opcode>(head_[0] & 0x0F);
  bool final = (head_[0] & 0x80) != 0;
  bool masked = (head_[1] & 0x80) != 0;
  if ((head_[0] & 0x70) != 0) return fail(CloseCode::protocol_error, "a reserved bit is set");
  if (masked != (role_ == WebSocketRole::server)) {
    return fail(CloseCode::protocol_error, masked ? "the frame is masked" : "the frame is not masked");
  }
  switch (opcode) {
    case Opcode::text:
    case Opcode::binary:
      if (message_opcode_ == Opcode::continuation) break;
      return fail(CloseCode::protocol_error, "a message starts inside another");
    case Opcode::continuation:
      if (message_opcode_ != Opcode::continuation) break;
      return fail(CloseCode::protocol_error, "a continuation without a message");
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (!final) return fail(CloseCode::protocol_error, "a control frame is fragmented");
      if ((head_[1] & 0x7F) > kControlSizeMax) return fail(CloseCode::protocol_error, "a control frame is too long");
      break;
    default:
      return fail(CloseCode::protocol_error, "the opcode is reserved");
  }
  return std::nullopt;
}

std::optional<WebSocketDecoder::Event> WebSocketDecoder::begin_frame(std::span<const std::uint8_t> head) {
  std::uint8_t form = head[1] & 0x7F;
  std::size_t length_size = form == 126 ? 2 : form == 127 ? 8 : 0;
  std::uint64_t length = length_size == 0 ? form : big_endian(head.subspan(2, length_size));
  if ((form == 126 && length < 126) || (form == 127 && length < 0x10000) || (length >> 63) != 0) {
    return fail(CloseCode::protocol_error, "the frame length is not in its shortest form");
  }
  frame_ = {.opcode = static_cast<Opcode>(head[0] & 0x0F), .final = (head[0] & 0x80) != 0, .mask = 0, .left = length};
  if (head[1] & 0x80) {
    for (std::size_t i = 0; i < 4; ++i) frame_.mask |= std::uint32_t{head[2 + length_size + i]} << (8 * i);
  }
  in_frame_ = true;
  if (is_control(frame_.opcode)) return std::nullopt;
  if (frame_.opcode != Opcode::continuation) {
    message_opcode_ = frame_.opcode;
    fragments_ = 0;
    utf8_.reset();
  }
  if (length > message_size_max_ || message_.size() + length > message_size_max_) {
    return fail(CloseCode::too_big, "the message is too large");
  }
  if (++fragments_ > fragments_max_) return fail(CloseCode::too_big, "the message has too many fragments");
  return std::nullopt;
}

std::optional<WebSocketDecoder::Event> WebSocketDecoder::take_payload(std::span<char>& input) {
  auto size = static_cast<std::size_t>(std::min<std::uint64_t>(frame_.left, input.size()));
  auto payload = input.first(size);
  input = input.subspan(size);
  if (role_ == WebSocketRole::server) {
    apply_mask(payload, frame_.mask);
    // The next piece of this frame starts at another byte of the key.
    unsigned turn = static_cast<unsigned>(size % 4) * 8;
    if (turn != 0) frame_.mask = frame_.mask >> turn | frame_.mask << (32 - turn);
  }
  frame_.left -= size;
  bool frame_ends = frame_.left == 0;
  if (frame_ends) in_frame_ = false;
  std::string_view text(payload.data(), size);
  return is_control(frame_.opcode) ? take_control(text, frame_ends) : take_data(text, frame_ends);
}

std::optional<WebSocketDecoder::Event> WebSocketDecoder::take_data(std::string_view payload, bool frame_ends) {
  bool is_text = message_opcode_ == Opcode::text;
  bool message_ends = frame_ends && frame_.final;
  if (is_text && (!utf8_.feed(payload) || (message_ends && !utf8_.complete()))) {
    return fail(CloseCode::invalid_data, "the text is not valid UTF-8");
  }
  if (message_ends && message_.empty()) {  // the usual case: one frame in one piece is not copied
    message_opcode_ = Opcode::continuation;
    return Event{.kind = is_text ? Kind::text : Kind::binary, .payload = payload, .code = 0};
  }
  message_ += payload;
  if (!message_ends) return std::nullopt;
  message_opcode_ = Opcode::continuation;
  clear_message_ = true;
  return Event{.kind = is_text ? Kind::text : Kind::binary, .payload = message_, .code = 0};
}

std::optional<WebSocketDecoder::Event> WebSocketDecoder::take_control(std::string_view payload, bool frame_ends) {
  if (frame_ends && control_.empty()) return control_event(payload);
  control_ += payload;
  if (!frame_ends) return std::nullopt;
  auto event = control_event(control_);
  clear_control_ = true;
  return event;
}

WebSocketDecoder::Event WebSocketDecoder::control_event(std::string_view payload) {
  if (frame_.opcode == Opcode::ping) return {.kind = Kind::ping, .payload = payload, .code = 0};
  if (frame_.opcode == Opcode::pong) return {.kind = Kind::pong, .payload = payload, .code = 0};
  if (payload.empty()) {
    ended_ = true;
    return {.kind = Kind::close, .payload = {}, .code = CloseCode::none};
  }
  if (payload.size() == 1) return fail(CloseCode::protocol_error, "the close code is cut off");
  auto code =
      static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1]));
  if (!is_valid_close_code(code)) return fail(CloseCode::protocol_error, "the close code is not allowed");
  if (!is_valid_utf8(payload.substr(2))) return fail(CloseCode::invalid_data, "the close reason is not valid UTF-8");
  ended_ = true;
  return {.kind = Kind::close, .payload = payload.substr(2), .code = code};
}

WebSocketDecoder::Event WebSocketDecoder::fail(std::uint16_t code, std::string_view reason) {
  ended_ = true;
  return {.kind = Kind::failed, .payload = reason, .code = code};
}

}  // namespace chela::net
