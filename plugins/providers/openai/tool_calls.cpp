#include "plugins/providers/openai/tool_calls.hpp"

#include <algorithm>

#include "chela/failure.hpp"

namespace chela::providers::openai {

namespace {

constexpr std::size_t kCallsMax = 128;
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kHeldBytesMax = 1 << 20;

// The beginning of `text` that is kept, which ends with a whole character.
std::string_view kept(std::string_view text) {
  std::size_t size = std::min(text.size(), kNameBytesMax);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

// The call that the piece goes on with, or null when it begins one.
ToolCalls::Call* ToolCalls::find(const ToolCallPiece& piece) {
  if (calls_.empty()) return nullptr;
  if (!piece.id.empty()) {
    for (Call& call : calls_) {
      if (call.id == piece.id && (!piece.index || !call.wire_index || call.wire_index == piece.index)) return &call;
    }
  }
  if (piece.index) {
    // The last one of this index: a service that gives 0 to all sends them one after the other.
    for (auto call = calls_.rbegin(); call != calls_.rend(); ++call) {
      if (call->wire_index != piece.index) continue;
      const bool other_id = !piece.id.empty() && !call->id.empty() && call->id != piece.id;
      return other_id && !piece.name.empty() ? nullptr : &*call;
    }
    return nullptr;
  }
  if (!piece.id.empty()) return nullptr;
  const Call& last = calls_.back();
  return piece.name.empty() || last.name.empty() ? &calls_.back() : nullptr;
}

ToolCalls::Call& ToolCalls::find_or_add(const ToolCallPiece& piece) {
  if (Call* found = find(piece)) return *found;
  if (calls_.size() >= kCallsMax) throw Failure(CHELA_TOO_LARGE, "the model calls more than 128 tools at once");
  calls_.emplace_back();
  calls_.back().wire_index = piece.index;
  calls_.back().id = std::string(piece.id);
  return calls_.back();
}

void ToolCalls::send_arguments(Call& call, std::string_view arguments) {
  if (arguments.empty()) return;
  call.has_arguments = true;
  output_.tool_arguments(static_cast<std::uint32_t>(&call - calls_.data()), arguments);
}

void ToolCalls::take(ToolCallPiece piece) {
  piece.id = kept(piece.id);  // as it is compared with those of earlier pieces
  Call& call = find_or_add(piece);
  if (call.name.empty() && !piece.name.empty()) {
    const auto index = static_cast<std::uint32_t>(&call - calls_.data());
    // Calls are told in their order: one before this that still has no name gets none any more.
    if (index > 0 && calls_[index - 1].name.empty()) {
      throw Failure(CHELA_PROTOCOL, "the service sent a tool call without the name of its tool");
    }
    call.name = std::string(kept(piece.name));
    if (call.id.empty()) call.id = piece.id.empty() ? id_prefix_ + std::to_string(index) : std::string(piece.id);
    output_.tool_call(index, call.id, call.name);
    send_arguments(call, call.held);
    call.held.clear();
  }
  if (!call.name.empty()) return send_arguments(call, piece.arguments);
  if (call.held.size() + piece.arguments.size() > kHeldBytesMax) {
    throw Failure(CHELA_TOO_LARGE, "the service sent a megabyte of arguments before the name of their tool");
  }
  call.held.append(piece.arguments);
}

void ToolCalls::finish() {
  for (Call& call : calls_) {
    if (call.name.empty()) throw Failure(CHELA_PROTOCOL, "the service sent a tool call without the name of its tool");
    if (!call.has_arguments) send_arguments(call, "{}");
  }
}

}  // namespace chela::providers::openai
