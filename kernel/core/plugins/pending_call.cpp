#include "kernel/core/plugins/pending_call.hpp"

#include "kernel/core/base/text.hpp"
#include "kernel/core/plugins/abi_text.hpp"

namespace chela::plugins {

PendingCall::PendingCall(Loop& loop, Options options) : loop_(loop), options_(std::move(options)) {}

void PendingCall::over() {
  until_completed_.reset();
  options_.leftover.completed();
}

void PendingCall::abandon() {
  options_.on_progress = nullptr;
  abandoned_ = true;
  if (running()) options_.leftover.answered_for();
}

void PendingCall::progress(std::string_view text) {
  if (pending_pieces_ >= kPendingPiecesMax) return;  // faster than it can be shown
  ++pending_pieces_;
  loop_.post([keep = shared_from_this(), copy = std::string(cut_utf8(text, kPieceBytesMax))] {
    --keep->pending_pieces_;
    if (keep->options_.on_progress) (*keep->options_.on_progress)(copy);
  });
}

void PendingCall::details(std::string_view json) {
  if (json.size() > kDetailsBytesMax) return;
  const std::scoped_lock lock(mutex_);
  details_ = json;
}

std::string PendingCall::take_details() {
  const std::scoped_lock lock(mutex_);
  return std::move(details_);
}

void PendingCall::complete(chela_status status, std::string_view text) {
  auto copy = status == CHELA_OK ? std::string(cut_utf8(text, options_.answer_bytes_max))
                                 : repair_utf8(cut_utf8(text, kReasonBytesMax));
  // Posted even from the loop thread: a plugin may complete before the caller has begun to wait.
  loop_.post([keep = shared_from_this(), status, bytes = text.size(), copy = std::move(copy)]() mutable {
    auto self = std::move(keep);
    self->over();
    if (status != CHELA_OK) {
      self->ended_.set(fail(to_error_code(status), "{}", copy.empty() ? "the plugin gave no reason" : copy));
      return;
    }
    self->ended_.set(Answer{std::move(copy), bytes, self->take_details()});
  });
}

}  // namespace chela::plugins
