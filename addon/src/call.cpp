#include "addon/src/call.hpp"

#include <utility>

#include "addon/src/text.hpp"

namespace chela::addon {
namespace {

constexpr std::size_t kProgressBytesMax = 64 * 1024;
constexpr int kProgressWaitingMax = 256;
constexpr std::size_t kBytesMax = 32u << 20;  // of all that one call says

Call& call_of(const void* context) {
  return *const_cast<Call*>(static_cast<const Call*>(context));
}

}  // namespace

std::uint64_t Call::next_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

Call::Call(std::uint64_t id, bool worker, std::shared_ptr<Mailbox> mailbox)
    : id_(id), worker_(worker), mailbox_(std::move(mailbox)) {
  // Every face of a call has `context`, and ends in the same way.
  constexpr auto complete = [](const auto* call, chela_status status, chela_str text) {
    call_of(call->context).finish(status, std::string(from_abi(text)));
  };
  constexpr auto progress = [](const auto* call, chela_str text) { call_of(call->context).progress(text); };
  tool_ = {sizeof(chela_tool_call), this, progress, complete,
           [](const chela_tool_call* call) { return call_of(call->context).cancelled(); }};
  hook_ = {sizeof(chela_hook_call), this, complete};
  command_ = {sizeof(chela_command_call), this, progress, complete, [](const chela_command_call* call, chela_str json) {
                call_of(call->context).piece(EventKind::details, json);
              }};
  completion_ = {sizeof(chela_completion),
                 this,
                 &on_text,
                 &on_reasoning,
                 &on_tool_call,
                 &on_tool_arguments,
                 &on_usage,
                 [](const chela_completion* completion, chela_status status, chela_str text, std::uint64_t retry_ms) {
                   auto& self = call_of(completion->context);
                   self.finish(status, std::string(from_abi(text)), static_cast<double>(retry_ms));
                 }};
}

bool Call::admit(std::size_t size) {
  if (completed_) return false;
  return (bytes_ += size) <= kBytesMax;
}

void Call::finish(chela_status status, std::string text, double retry_after_ms) {
  if (completed_.exchange(true)) {
    mailbox_->push(
        {.kind = EventKind::log, .number = 3, .text = "the plugin completed a call that it had completed before"});
    return;
  }
  if (bytes_ + text.size() > kBytesMax) {
    status = CHELA_TOO_LARGE;
    text = "the plugin answered with more than 32 MiB";
  }
  mailbox_->push({.kind = EventKind::done,
                  .call = id_,
                  .number = static_cast<double>(status),
                  .text = std::move(text),
                  .retry_after_ms = retry_after_ms});
}

void Call::piece(EventKind kind, chela_str text, std::uint32_t index) {
  auto bytes = from_abi(text);
  if (!admit(bytes.size())) return;
  mailbox_->push({.kind = kind, .call = id_, .number = static_cast<double>(index), .text = std::string(bytes)});
}

void Call::progress(chela_str text) {
  if (completed_ || progress_waiting_ >= kProgressWaitingMax) return;  // faster than it can be shown
  ++progress_waiting_;
  mailbox_->push(
      {.kind = EventKind::progress, .call = id_, .text = std::string(cut(from_abi(text), kProgressBytesMax))});
}

void Call::on_text(const chela_completion* completion, chela_str piece) {
  call_of(completion->context).piece(EventKind::text, piece);
}

void Call::on_reasoning(const chela_completion* completion, chela_str piece) {
  call_of(completion->context).piece(EventKind::reasoning, piece);
}

void Call::on_tool_call(const chela_completion* completion, std::uint32_t index, chela_str id, chela_str name) {
  auto& self = call_of(completion->context);
  if (!self.admit(id.size + name.size)) return;
  self.mailbox_->push({.kind = EventKind::tool_call,
                       .call = self.id_,
                       .number = static_cast<double>(index),
                       .text = std::string(from_abi(id)),
                       .more = std::string(from_abi(name))});
}

void Call::on_tool_arguments(const chela_completion* completion, std::uint32_t index, chela_str piece) {
  call_of(completion->context).piece(EventKind::tool_arguments, piece, index);
}

void Call::on_usage(const chela_completion* completion, const chela_usage* usage) {
  auto& self = call_of(completion->context);
  if (!usage || !CHELA_HAS(usage, chela_usage, reasoning_tokens) || !self.admit(100)) return;
  auto text = "{\"inputTokens\":" + std::to_string(usage->input_tokens) +
              ",\"outputTokens\":" + std::to_string(usage->output_tokens) +
              ",\"cachedInputTokens\":" + std::to_string(usage->cached_input_tokens) +
              ",\"reasoningTokens\":" + std::to_string(usage->reasoning_tokens) + "}";
  self.mailbox_->push({.kind = EventKind::usage, .call = self.id_, .text = std::move(text)});
}

}  // namespace chela::addon
