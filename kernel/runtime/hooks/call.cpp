#include "kernel/runtime/hooks/call.hpp"

#include "chela/ext/hook.h"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/pending_call.hpp"

namespace chela::runtime {
namespace {

using plugins::to_abi;

using Pending = plugins::PendingOf<chela_hook_call>;

}  // namespace

Task<Result<std::string>> call_hook(Loop& loop, std::shared_ptr<plugins::Instance> instance, HookInput input,
                                    CancelToken cancel) {
  const auto* hook = instance->extension<chela_plugin_hook>(CHELA_EXT_HOOK);
  if (!hook || !hook->start) co_return fail(ErrorCode::protocol, "its code has no hooks");
  CHELA_CO_CHECK(cancel.check());
  auto deadline = loop.now() + input.timeout;
  auto timeout_ms = std::chrono::duration_cast<std::chrono::milliseconds>(input.timeout).count();
  auto pending = std::make_shared<Pending>(
      loop, plugins::PendingCall::Options{.answer_bytes_max = kHookResultBytesMax, .leftover = input.leftover});
  plugins::Abandon abandon{instance, hook, pending};
  chela_hook_request request{sizeof(chela_hook_request), pending->id(), to_abi(input.point), to_abi(input.event),
                             to_abi(input.context), static_cast<std::uint64_t>(timeout_ms)};
  pending->begin();
  plugins::ErrorText error;
  auto status = plugins::guarded(
      error, [&] { return hook->start(instance->plugin(), &request, pending->call(), error.sink()); });
  if (status != CHELA_OK) {
    pending->over();
    co_return std::unexpected(error.error("it refused", status));
  }
  auto result = co_await wait_for(loop, pending->ended(), deadline, cancel);
  if (!result && result.error().code == ErrorCode::timed_out && pending->running()) {
    co_return fail(ErrorCode::timed_out, "it gave no answer within {} ms", timeout_ms);
  }
  if (!result) co_return std::unexpected(std::move(result.error()));
  if (result->bytes > result->text.size()) {
    co_return fail(ErrorCode::too_large, "its result has {} bytes, {} are allowed", result->bytes, kHookResultBytesMax);
  }
  co_return std::move(result->text);
}

}  // namespace chela::runtime
