#include "kernel/runtime/hooks/call.hpp"

#include <atomic>

#include "chela/ext/hook.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kReasonBytesMax = 4096;

// The host's end of one call. It keeps itself alive until the plugin has completed; how many of a plugin do so for too
// long is limited (leftover_calls.hpp).
class Reception : public std::enable_shared_from_this<Reception> {
 public:
  Reception(Loop& loop, plugins::LeftoverCall leftover) : loop_(loop), leftover_(std::move(leftover)) {
    call_ = {sizeof(chela_hook_call), this, &on_complete};
  }

  const chela_hook_call* call() const { return &call_; }
  Completion<Result<std::string>>& ended() { return ended_; }
  void begin() { until_completed_ = shared_from_this(); }
  // The plugin has completed, or has returned from the call without keeping it.
  void over() {
    until_completed_.reset();
    leftover_.completed();
  }
  bool running() const { return until_completed_ != nullptr; }
  void abandon() {
    if (running()) leftover_.answered_for();
  }

 private:
  static Result<std::string> read(chela_status status, std::string_view text) {
    if (status != CHELA_OK) {
      auto reason = repair_utf8(cut_utf8(text, kReasonBytesMax));
      return fail(plugins::to_error_code(status), "{}", reason.empty() ? "it gave no reason" : reason);
    }
    if (text.size() > kHookResultBytesMax) {
      return fail(ErrorCode::too_large, "its result has {} bytes, {} are allowed", text.size(), kHookResultBytesMax);
    }
    return std::string(text);
  }
  // Any thread.
  static void on_complete(const chela_hook_call* call, chela_status status, chela_str result) {
    auto& self = *static_cast<Reception*>(call->context);
    // Posted even from the loop thread: a plugin may complete inside start(), before the caller has begun to wait.
    self.loop_.post([keep = self.shared_from_this(), answer = read(status, from_abi(result))]() mutable {
      keep->over();
      keep->ended_.set(std::move(answer));
    });
  }

  Loop& loop_;
  plugins::LeftoverCall leftover_;
  chela_hook_call call_;
  Completion<Result<std::string>> ended_;
  std::shared_ptr<Reception> until_completed_;
};

// Tells the plugin that nobody waits, however the waiting task ends.
struct Abandon {
  std::shared_ptr<plugins::Instance> instance;
  const chela_plugin_hook* hook;
  std::shared_ptr<Reception> reception;
  std::uint64_t id;

  ~Abandon() {
    reception->abandon();
    if (!reception->running() || !CHELA_HAS(hook, chela_plugin_hook, cancel) || !hook->cancel) return;
    plugins::ErrorText error;
    plugins::guarded(error, [&] {
      hook->cancel(instance->plugin(), id);
      return CHELA_OK;
    });
  }
};

}  // namespace

Task<Result<std::string>> call_hook(Loop& loop, std::shared_ptr<plugins::Instance> instance, HookInput input,
                                    CancelToken cancel) {
  const auto* hook = instance->extension<chela_plugin_hook>(CHELA_EXT_HOOK);
  if (!hook || !hook->start) co_return fail(ErrorCode::protocol, "its code has no hooks");
  CHELA_CO_CHECK(cancel.check());
  auto deadline = loop.now() + input.timeout;
  auto timeout_ms = std::chrono::duration_cast<std::chrono::milliseconds>(input.timeout).count();
  auto reception = std::make_shared<Reception>(loop, input.leftover);
  Abandon abandon{instance, hook, reception, input.leftover.id()};
  chela_hook_request request{sizeof(chela_hook_request), abandon.id, to_abi(input.point), to_abi(input.event),
                             to_abi(input.context), static_cast<std::uint64_t>(timeout_ms)};
  reception->begin();
  plugins::ErrorText error;
  auto status = plugins::guarded(
      error, [&] { return hook->start(instance->plugin(), &request, reception->call(), error.sink()); });
  if (status != CHELA_OK) {
    reception->over();
    co_return std::unexpected(error.error("it refused", status));
  }
  auto result = co_await wait_for(loop, reception->ended(), deadline, cancel);
  if (!result && result.error().code == ErrorCode::timed_out && reception->running()) {
    co_return fail(ErrorCode::timed_out, "it gave no answer within {} ms", timeout_ms);
  }
  co_return result;
}

}  // namespace chela::runtime
