#include "kernel/runtime/capabilities/capability_call.hpp"

#include <atomic>

#include "chela/ext/capability.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/rpc/json_check.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kReasonBytesMax = 4096;
constexpr std::size_t kDepthMax = 256;

// What a function gave back: JSON text, or why there is none. Any thread.
Result<std::string> outcome(chela_status status, std::string_view text) {
  if (status != CHELA_OK) {
    auto reason = repair_utf8(cut_utf8(text, kReasonBytesMax));
    return fail(plugins::to_error_code(status), "{}", reason.empty() ? "the plugin gave no reason" : reason);
  }
  if (text.size() > kCapabilityValueBytesMax) {
    return fail(ErrorCode::too_large, "the value has {} bytes, {} are the most", text.size(), kCapabilityValueBytesMax);
  }
  if (trim(text).empty()) return std::string("null");
  if (auto valid = rpc::check_json(text, kDepthMax); !valid) {
    return fail(ErrorCode::protocol, "the value is no JSON: {}", valid.error().message);
  }
  if (!is_valid_utf8(text)) return fail(ErrorCode::protocol, "the value is not in UTF-8");
  return std::string(text);
}

// The host's end of one call. It keeps itself alive until the plugin has completed.
class Reception : public std::enable_shared_from_this<Reception> {
 public:
  Reception(Loop& loop, plugins::LeftoverCall leftover) : loop_(loop), leftover_(std::move(leftover)) {
    call_ = {sizeof(chela_capability_call), this, &on_complete, &is_cancelled};
  }

  const chela_capability_call* call() const { return &call_; }
  std::uint64_t id() const { return leftover_.id(); }
  Completion<Result<std::string>>& ended() { return ended_; }
  void begin() { until_completed_ = shared_from_this(); }
  void over() {
    until_completed_.reset();
    leftover_.completed();
  }
  bool running() const { return until_completed_ != nullptr; }
  void abandon() {
    cancelled_ = true;
    if (running()) leftover_.answered_for();
  }

 private:
  static Reception& of(const chela_capability_call* call) { return *static_cast<Reception*>(call->context); }

  static void on_complete(const chela_capability_call* call, chela_status status, chela_str text) {
    auto& self = of(call);
    // Posted even from the loop thread: a plugin may complete inside invoke(), before the caller has begun to wait.
    self.loop_.post([keep = self.shared_from_this(), result = outcome(status, from_abi(text))]() mutable {
      keep->over();
      keep->ended_.set(std::move(result));
    });
  }
  static bool is_cancelled(const chela_capability_call* call) { return of(call).cancelled_; }

  Loop& loop_;
  plugins::LeftoverCall leftover_;
  chela_capability_call call_;
  Completion<Result<std::string>> ended_;
  std::atomic<bool> cancelled_ = false;  // read by the plugin's threads
  std::shared_ptr<Reception> until_completed_;
};

// Tells the plugin that nobody waits, however the waiting task ends.
struct Abandon {
  std::shared_ptr<plugins::Instance> instance;
  const chela_plugin_capability* table;
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
  auto reception = std::make_shared<Reception>(loop, std::move(leftover));
  Abandon abandon{instance, table, reception};
  auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(input.timeout).count();
  chela_capability_request request{sizeof(chela_capability_request), reception->id(),        to_abi(input.kind),
                                   to_abi(input.id),                 to_abi(input.path),     to_abi(input.arguments),
                                   static_cast<std::uint64_t>(timeout)};
  reception->begin();
  plugins::ErrorText error;
  auto status = plugins::guarded(
      error, [&] { return table->invoke(instance->plugin(), &request, reception->call(), error.sink()); });
  if (status != CHELA_OK) {
    reception->over();
    co_return std::unexpected(error.error(place, status));
  }
  auto waiting = wait_for(loop, reception->ended(), loop.now() + input.timeout, cancel);
  auto value = co_await std::move(waiting);
  if (value) co_return value;
  if (value.error().code == ErrorCode::timed_out && reception->running()) {
    co_return fail(ErrorCode::timed_out, "{}: no value within {} ms", place, timeout);
  }
  co_return fail(place, std::move(value.error()));
}

}  // namespace chela::runtime
