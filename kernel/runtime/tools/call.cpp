#include "kernel/runtime/tools/call.hpp"

#include <atomic>

#include "chela/ext/tool.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kPieceBytesMax = 64 * 1024;
constexpr int kPendingPiecesMax = 256;

// The host's end of one call. It keeps itself alive until the plugin has completed; how many of a plugin do so for too
// long is limited (leftover_calls.hpp).
class Reception : public std::enable_shared_from_this<Reception> {
 public:
  Reception(Loop& loop, const std::function<void(std::string_view)>* on_progress, plugins::LeftoverCall leftover)
      : loop_(loop), on_progress_(on_progress), leftover_(std::move(leftover)) {
    call_ = {sizeof(chela_tool_call), this, &on_progress_text, &on_complete, &is_cancelled};
  }

  const chela_tool_call* call() const { return &call_; }
  Completion<Result<std::string>>& ended() { return ended_; }
  void begin() { until_completed_ = shared_from_this(); }
  // Worker thread: the plugin gets the call now, unless nobody waits for it any more.
  bool enter() {
    entered_ = true;
    return !cancelled_;
  }
  // The plugin has not got the call, or has returned from it without keeping it.
  void over() {
    until_completed_.reset();
    leftover_.completed();
  }
  bool running() const { return until_completed_ != nullptr; }
  void abandon() {
    on_progress_ = nullptr;
    cancelled_ = true;
    if (running() && entered_) leftover_.answered_for();
  }

 private:
  static Reception& of(const chela_tool_call* call) { return *static_cast<Reception*>(call->context); }

  static void on_progress_text(const chela_tool_call* call, chela_str text) {
    auto& self = of(call);
    if (self.pending_pieces_ >= kPendingPiecesMax) return;  // faster than it can be shown
    ++self.pending_pieces_;
    self.loop_.post([keep = self.shared_from_this(), copy = std::string(cut_utf8(from_abi(text), kPieceBytesMax))] {
      --keep->pending_pieces_;
      if (keep->on_progress_) (*keep->on_progress_)(copy);
    });
  }
  static void on_complete(const chela_tool_call* call, chela_status status, chela_str text) {
    auto& self = of(call);
    std::string copy(cut_utf8(from_abi(text), kToolResultBytesMax));
    // Posted even from the loop thread: a plugin may complete inside start(), before the caller has begun to wait.
    self.loop_.post([keep = self.shared_from_this(), status, copy = std::move(copy)]() mutable {
      keep->over();
      if (status == CHELA_OK) {
        keep->ended_.set(std::move(copy));
      } else {
        keep->ended_.set(fail(plugins::to_error_code(status), "{}", copy.empty() ? "the tool gave no reason" : copy));
      }
    });
  }
  static bool is_cancelled(const chela_tool_call* call) { return of(call).cancelled_; }

  Loop& loop_;
  const std::function<void(std::string_view)>* on_progress_;
  plugins::LeftoverCall leftover_;
  chela_tool_call call_;
  Completion<Result<std::string>> ended_;
  std::atomic<bool> cancelled_ = false;  // read by the plugin's thread
  std::atomic<bool> entered_ = false;    // the plugin has got the call
  std::atomic<int> pending_pieces_ = 0;  // of progress, on their way to the loop
  std::shared_ptr<Reception> until_completed_;
};

// What a running call needs, wherever it runs. Owns its texts, since a worker may outlive the waiting task.
struct Running {
  std::shared_ptr<plugins::Instance> instance;
  const chela_plugin_tool* tool;
  std::shared_ptr<Reception> reception;
  ToolInput input;
  std::uint64_t id;
  bool on_worker;

  chela_tool_request request() const {
    auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(input.timeout).count();
    return {sizeof(chela_tool_request), id, to_abi(input.tool->called_as()), to_abi(input.arguments), to_abi(input.context),
            static_cast<std::uint64_t>(timeout)};
  }
};

// Tells the plugin that nobody waits, however the waiting task ends.
struct Abandon {
  std::shared_ptr<Running> running;
  ~Abandon() {
    running->reception->abandon();
    if (!running->reception->running() || running->on_worker || !running->tool->cancel) return;
    plugins::ErrorText error;
    plugins::guarded(error, [&] {
      running->tool->cancel(running->instance->plugin(), running->id);
      return CHELA_OK;
    });
  }
};

// The last reference to `running` always goes back to the loop: with it may go the plugin, which ends there only.
void run_on_worker(Loop& loop, std::shared_ptr<Running> running) {
  if (!running->reception->enter()) return loop.post([running = std::move(running)] { running->reception->over(); });
  plugins::ErrorText error;
  auto request = running->request();
  auto status = plugins::guarded(error, [&] {
    return running->tool->run(running->instance->plugin(), &request, running->reception->call(), error.sink());
  });
  if (status != CHELA_OK) {
    auto text = error.error(running->input.tool->name, status);
    loop.post([running = std::move(running), text = std::move(text)]() mutable {
      running->reception->over();
      running->reception->ended().set(std::unexpected(std::move(text)));
    });
    return;
  }
  loop.post([running = std::move(running)] {  // after the post of complete(), if there was one
    if (!running->reception->running()) return;
    running->reception->over();
    running->reception->ended().set(fail(ErrorCode::internal, "the tool returned without completing its call"));
  });
}

Result<void> start(Loop& loop, const std::shared_ptr<Running>& running) {
  running->reception->begin();
  if (running->on_worker) {
    // `running = running`: captured plainly, what is referred to as const could not be moved on to the loop.
    return loop.workers().submit([&loop, running = running]() mutable { run_on_worker(loop, std::move(running)); });
  }
  running->reception->enter();
  plugins::ErrorText error;
  auto request = running->request();
  auto status = plugins::guarded(error, [&] {
    auto enter = running->input.resolve ? running->tool->resolve : running->tool->start;
    return enter(running->instance->plugin(), &request, running->reception->call(), error.sink());
  });
  if (status != CHELA_OK) return std::unexpected(error.error(running->input.tool->name, status));
  return {};
}

Task<Result<std::string>> call_built_in(Loop& loop, ToolInput input, CancelToken cancel) {
  CHELA_CO_CHECK(cancel.check());
  auto tool = input.tool;
  auto timeout = input.timeout;
  CancelSource stop(cancel);
  bool late = false;
  Timer timer(loop.timers(), [&] {
    late = true;
    stop.cancel();
  });
  timer.arm_after(timeout);
  auto running = tool->built_in(std::move(input), stop.token());
  auto result = co_await std::move(running);
  if (late && !result) {
    co_return fail(ErrorCode::timed_out, "{} gave no result within {} s", tool->name,
                   std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
  }
  co_return result;
}

}  // namespace

Task<Result<std::string>> call_tool(Loop& loop, plugins::PluginSet& plugins, ToolInput input,
                                    const std::function<void(std::string_view)>& on_progress, CancelToken cancel) {
  if (input.tool->built_in) co_return co_await call_built_in(loop, std::move(input), std::move(cancel));
  auto instance = co_await plugins.activate(input.tool->plugin_id);
  if (!instance) co_return std::unexpected(std::move(instance.error()));
  input.leftover = plugins.leftover_call(input.tool->plugin_id, next_call_id());
  co_return co_await call_tool(loop, std::move(*instance), std::move(input), on_progress, std::move(cancel));
}

Task<Result<std::string>> call_tool(Loop& loop, std::shared_ptr<plugins::Instance> instance, ToolInput input,
                                    const std::function<void(std::string_view)>& on_progress, CancelToken cancel) {
  const auto* tool = instance->extension<chela_plugin_tool>(CHELA_EXT_TOOL);
  const bool on_worker = input.tool->blocking && !instance->is_remote();
  if (!tool || !CHELA_HAS(tool, chela_plugin_tool, run) || (on_worker ? !tool->run : !tool->start)) {
    co_return fail(ErrorCode::protocol, "plugin {} cannot run {} the way its manifest says", input.tool->plugin_id,
                   input.tool->name);
  }
  if (input.resolve && (!CHELA_HAS(tool, chela_plugin_tool, resolve) || !tool->resolve)) {
    co_return fail(ErrorCode::unsupported, "plugin {} makes no tools", input.tool->plugin_id);
  }
  auto deadline = loop.now() + input.timeout;
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(input.timeout).count();
  auto leftover = input.leftover.value_or(plugins::LeftoverCall({}, next_call_id()));
  auto reception = std::make_shared<Reception>(loop, &on_progress, leftover);
  auto running = std::make_shared<Running>(std::move(instance), tool, reception, std::move(input), leftover.id(),
                                           on_worker);
  Abandon abandon{running};
  if (auto going = cancel.check(); !going) co_return std::unexpected(std::move(going.error()));
  if (auto started = start(loop, running); !started) {
    reception->over();
    co_return std::unexpected(std::move(started.error()));
  }
  auto result = co_await wait_for(loop, reception->ended(), deadline, cancel);
  if (!result && result.error().code == ErrorCode::timed_out && reception->running()) {
    co_return fail(ErrorCode::timed_out, "{} gave no result within {} s", running->input.tool->name, seconds);
  }
  co_return result;
}

}  // namespace chela::runtime
