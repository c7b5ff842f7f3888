#include "kernel/runtime/capabilities/capability_call.hpp"

#include "chela/ext/capability.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/pending_call.hpp"
#include "kernel/core/rpc/json_check.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {
namespace {

using plugins::to_abi;

constexpr std::size_t kDepthMax = 256;

class Pending final : public plugins::PendingOf<chela_capability_call> {
 public:
  Pending(Loop& loop, Options options) : PendingOf(loop, std::move(options)) {
    call_.is_cancelled = [](const chela_capability_call* call) { return of(call).abandoned(); };
  }
};

// What a function gave back: JSON text, or why it is none.
Result<std::string> checked(plugins::PendingCall::Answer answer) {
  if (answer.bytes > answer.text.size()) {
    return fail(ErrorCode::too_large, "the value has {} bytes, {} are the most", answer.bytes, kCapabilityValueBytesMax);
  }
  if (trim(answer.text).empty()) return std::string("null");
  if (auto valid = rpc::check_json(answer.text, kDepthMax); !valid) {
    return fail(ErrorCode::protocol, "the value is no JSON: {}", valid.error().message);
  }
  if (!is_valid_utf8(answer.text)) return fail(ErrorCode::protocol, "the value is not in UTF-8");
  return std::move(answer.text);
}

std::string place_of(const plugins::Instance& instance, const CapabilityInput& input) {
  auto dot = input.path.empty() ? "" : ".";
  return fmt::format("plugin {}: {}/{}{}{}", instance.manifest().id, input.kind, input.id, dot, input.path);
}

}  // namespace

Task<Result<std::string>> invoke(Loop& loop, plugins::PluginSet& plugins, CapabilityInput input, CancelToken cancel) {
  const auto* found = plugins.registry().find(input.kind, input.id);
  if (!found) co_return fail(ErrorCode::not_found, "no plugin provides {}/{}", input.kind, input.id);
  auto plugin_id = found->plugin_id;
  auto activating = plugins.activate(plugin_id);
  auto instance = co_await std::move(activating);
  if (!instance) co_return std::unexpected(std::move(instance.error()));
  input.leftover = plugins.leftover_call(plugin_id, next_call_id());
  auto calling = invoke(loop, std::move(*instance), std::move(input), std::move(cancel));
  co_return co_await std::move(calling);
}

Task<Result<std::string>> invoke(Loop& loop, std::shared_ptr<plugins::Instance> instance, CapabilityInput input,
                                 CancelToken cancel) {
  auto place = place_of(*instance, input);
  const auto* table = instance->extension<chela_plugin_capability>(CHELA_EXT_CAPABILITY);
  if (!table || !CHELA_HAS(table, chela_plugin_capability, invoke) || !table->invoke) {
    co_return fail(ErrorCode::not_found, "{}: the plugin offers no functions", place);
  }
  if (auto going = cancel.check(); !going) co_return std::unexpected(std::move(going.error()));
  auto leftover = input.leftover.value_or(plugins::LeftoverCall({}, next_call_id()));
  auto pending = std::make_shared<Pending>(
      loop, plugins::PendingCall::Options{.answer_bytes_max = kCapabilityValueBytesMax, .leftover = std::move(leftover)});
  plugins::Abandon<chela_plugin_capability, chela_capability_call> abandon{instance, table, pending};
  auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(input.timeout).count();
  chela_capability_request request{sizeof(chela_capability_request), pending->id(),        to_abi(input.kind),
                                   to_abi(input.id),                 to_abi(input.path),     to_abi(input.arguments),
                                   static_cast<std::uint64_t>(timeout)};
  pending->begin();
  plugins::ErrorText error;
  auto status = plugins::guarded(
      error, [&] { return table->invoke(instance->plugin(), &request, pending->call(), error.sink()); });
  if (status != CHELA_OK) {
    pending->over();
    co_return std::unexpected(error.error(place, status));
  }
  auto waiting = wait_for(loop, pending->ended(), loop.now() + input.timeout, cancel);
  auto answer = co_await std::move(waiting);
  if (!answer && answer.error().code == ErrorCode::timed_out && pending->running()) {
    co_return fail(ErrorCode::timed_out, "{}: no value within {} ms", place, timeout);
  }
  auto value = answer ? checked(std::move(*answer)) : Result<std::string>(std::unexpected(std::move(answer.error())));
  if (!value) co_return fail(place, std::move(value.error()));
  co_return value;
}

}  // namespace chela::runtime
