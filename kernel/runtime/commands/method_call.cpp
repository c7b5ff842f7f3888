#include "kernel/runtime/commands/method_call.hpp"

#include <nlohmann/json.hpp>

#include "chela/ext/gateway_method.h"
#include "kernel/core/base/json.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/pending_call.hpp"

namespace chela::runtime {
namespace {

using plugins::to_abi;

constexpr std::size_t kDepthMax = 64;

using Pending = plugins::PendingOf<chela_gateway_method_call>;

Result<std::string> checked(plugins::PendingCall::Answer answer) {
  if (answer.bytes > answer.text.size()) {
    return fail(ErrorCode::too_large, "its answer has {} bytes, {} are allowed", answer.bytes, kMethodResultBytesMax);
  }
  if (auto said = parse_json(answer.text, kDepthMax); !said) {
    return fail(ErrorCode::protocol, "its answer {}", said.error().message);
  }
  return std::move(answer.text);
}

}  // namespace

Task<Result<std::string>> call_method(Loop& loop, std::shared_ptr<plugins::Instance> instance, MethodRequest request,
                                      CancelToken cancel) {
  const auto* table = instance->extension<chela_plugin_gateway_method>(CHELA_EXT_GATEWAY_METHOD);
  if (!table || !CHELA_HAS(table, chela_plugin_gateway_method, cancel) || !table->start) {
    co_return fail(ErrorCode::protocol, "its code has no methods, whatever its manifest says");
  }
  CHELA_CO_CHECK(cancel.check());
  auto deadline = loop.now() + request.timeout;
  auto timeout_ms = std::chrono::duration_cast<std::chrono::milliseconds>(request.timeout).count();
  auto pending = std::make_shared<Pending>(
      loop, plugins::PendingCall::Options{.answer_bytes_max = kMethodResultBytesMax, .leftover = request.leftover});
  plugins::Abandon abandon{instance, table, pending};
  pending->begin();
  chela_gateway_method_request raw = {sizeof(chela_gateway_method_request), pending->id(), to_abi(request.method),
                                      to_abi(request.params), to_abi(request.context),
                                      static_cast<uint64_t>(timeout_ms)};
  plugins::ErrorText error;
  auto status =
      plugins::guarded(error, [&] { return table->start(instance->plugin(), &raw, pending->call(), error.sink()); });
  if (status != CHELA_OK) {
    pending->over();
    co_return std::unexpected(error.error("starting it", status));
  }
  auto answer = co_await wait_for(loop, pending->ended(), deadline, cancel);
  if (!answer && answer.error().code == ErrorCode::timed_out && pending->running()) {
    co_return fail(ErrorCode::timed_out, "it gave no answer within {} s", timeout_ms / 1000);
  }
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return checked(std::move(*answer));
}

}  // namespace chela::runtime
