#include "kernel/runtime/commands/method_call.hpp"

#include <nlohmann/json.hpp>

#include "chela/ext/gateway_method.h"
#include "kernel/core/base/json.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/pending_call.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kDepthMax = 64;

class Reception final : public plugins::PendingCall {
 public:
  Reception(Loop& loop, Options options) : PendingCall(loop, std::move(options)) {
    call_ = {sizeof(chela_gateway_method_call), this, &on_complete};
  }
  const chela_gateway_method_call* call() const { return &call_; }

 private:
  static void on_complete(const chela_gateway_method_call* call, chela_status status, chela_str text) {
    static_cast<Reception*>(call->context)->complete(status, from_abi(text));
  }
  chela_gateway_method_call call_;
};

// Tells the plugin that nobody waits, however the waiting task ends.
struct Abandon {
  std::shared_ptr<plugins::Instance> instance;
  const chela_plugin_gateway_method* table;
  std::shared_ptr<Reception> reception;
  ~Abandon() {
    reception->abandon();
    if (!reception->running() || !table->cancel) return;
    plugins::ErrorText error;
    plugins::guarded(error, [&] {
      table->cancel(instance->plugin(), reception->id());
      return CHELA_OK;
    });
  }
};

Result<std::string> checked(plugins::PendingCall::Answer answer) {
  if (answer.bytes > answer.text.size()) {
    return fail(ErrorCode::too_large, "its answer has {} bytes, {} are allowed", answer.bytes, kMethodResultBytesMax);
  }
  if (auto said = parse_json(answer.text, kDepthMax); !said) return fail("its answer", std::move(said.error()));
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
  auto reception = std::make_shared<Reception>(
      loop, plugins::PendingCall::Options{.answer_bytes_max = kMethodResultBytesMax, .leftover = request.leftover});
  Abandon abandon{instance, table, reception};
  reception->begin();
  chela_gateway_method_request raw = {sizeof(chela_gateway_method_request), reception->id(), to_abi(request.method),
                                      to_abi(request.params), to_abi(request.context),
                                      static_cast<uint64_t>(timeout_ms)};
  plugins::ErrorText error;
  auto status =
      plugins::guarded(error, [&] { return table->start(instance->plugin(), &raw, reception->call(), error.sink()); });
  if (status != CHELA_OK) {
    reception->over();
    co_return std::unexpected(error.error("starting it", status));
  }
  auto answer = co_await wait_for(loop, reception->ended(), deadline, cancel);
  if (!answer && answer.error().code == ErrorCode::timed_out && reception->running()) {
    co_return fail(ErrorCode::timed_out, "it gave no answer within {} s", timeout_ms / 1000);
  }
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return checked(std::move(*answer));
}

}  // namespace chela::runtime
