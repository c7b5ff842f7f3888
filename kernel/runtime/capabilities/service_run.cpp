#include "kernel/runtime/capabilities/service_run.hpp"

#include <algorithm>

#include "chela/ext/service.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/plugins/abi_text.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kTextBytesMax = 512;

std::string said(chela_str text) { return repair_utf8(cut_utf8(from_abi(text), kTextBytesMax)); }

}  // namespace

// Shared with the plugin's reports that are on their way, and with the worker that ends the service.
struct ServiceRun::State : std::enable_shared_from_this<State> {
  State(Loop& on, log::Logger lines, std::string of, std::string name, Instances get)
      : loop(on), logger(std::move(lines)), plugin_id(std::move(of)), id(std::move(name)), instances(std::move(get)) {
    monitor = {sizeof(chela_service_monitor), this, &on_report, &on_fail};
  }

  static State& of(const chela_service_monitor* monitor) { return *static_cast<State*>(monitor->context); }
  static void on_report(const chela_service_monitor* monitor, chela_str health, chela_str text) {
    auto& self = of(monitor);
    self.loop.post([keep = self.shared_from_this(), degraded = from_abi(health) != "ok", words = said(text)]() mutable {
      if (!keep->instance) return;
      keep->state = degraded ? "degraded" : "running";
      keep->text = std::move(words);
    });
  }
  static void on_fail(const chela_service_monitor* monitor, chela_status status, chela_str text) {
    auto& self = of(monitor);
    auto code = status == CHELA_OK ? ErrorCode::internal : plugins::to_error_code(status);
    self.loop.post([keep = self.shared_from_this(), error = Error{code, said(text)}]() mutable {
      if (keep->failed) keep->failed->set(std::unexpected(std::move(error)));
    });
  }

  Loop& loop;
  log::Logger logger;
  std::string plugin_id;
  std::string id;
  Instances instances;
  chela_service_monitor monitor;
  CancelSource stopping;
  Completion<Result<void>> ended;             // the task that keeps it up
  Completion<Result<void>>* failed = nullptr;  // of the run that is on
  std::shared_ptr<plugins::Instance> instance;  // while it runs
  std::string state = "starting";
  std::string text;
  std::uint64_t restarts = 0;
};

ServiceRun::ServiceRun(Loop& loop, log::Logger logger, std::string plugin_id, std::string id, Instances instances)
    : state_(std::make_shared<State>(loop, std::move(logger), std::move(plugin_id), std::move(id),
                                     std::move(instances))) {}

ServiceRun::~ServiceRun() { state_->stopping.cancel(); }

void ServiceRun::start() {
  state_->loop.spawn("service " + state_->plugin_id + "/" + state_->id, keep_up(state_));
}

void ServiceRun::moved_to(const plugins::Instance* now) {
  if (!now || !state_->instance || state_->instance.get() == now || !state_->failed) return;
  state_->failed->set(fail(ErrorCode::unavailable, "another version of the plugin runs now"));
}

void ServiceRun::ask_to_stop() { state_->stopping.cancel(); }

Task<Result<void>> ServiceRun::stop(Duration time) {
  auto state = state_;
  state->stopping.cancel();
  auto waiting = wait_for(state->loop, state->ended, state->loop.now() + time, {});
  co_return co_await std::move(waiting);
}

ServiceHealth ServiceRun::health() const {
  return {state_->plugin_id, state_->id, state_->state, state_->text, state_->restarts};
}

// Until it fails or is stopped. The instance goes back to the loop whatever happens.
Task<Result<void>> ServiceRun::run_once(std::shared_ptr<State> state) {
  auto getting = state->instances();
  auto instance = co_await std::move(getting);
  if (!instance) co_return std::unexpected(std::move(instance.error()));
  CHELA_CO_CHECK(state->stopping.token().check());
  const auto* table = (*instance)->extension<chela_plugin_service>(CHELA_EXT_SERVICE);
  if (!table || !CHELA_HAS(table, chela_plugin_service, stop_service) || !table->start_service ||
      !table->stop_service) {
    co_return fail(ErrorCode::protocol, "the plugin runs no services");
  }
  Completion<Result<void>> failed;
  state->failed = &failed;
  state->instance = *instance;
  state->state = "running";
  state->text.clear();
  plugins::ErrorText error;
  auto status = plugins::guarded(error, [&] {
    return table->start_service((*instance)->plugin(), to_abi(state->id), &state->monitor, error.sink());
  });
  Result<void> outcome;
  if (status == CHELA_OK) {
    auto waiting = wait_for(state->loop, failed, TimePoint::max(), state->stopping.token());
    outcome = co_await std::move(waiting);
    auto ending = run_blocking<void>(state->loop, [state, table]() -> Result<void> {
      plugins::ErrorText text;
      auto done = plugins::guarded(text, [&] {
        table->stop_service(state->instance->plugin(), to_abi(state->id));
        return CHELA_OK;
      });
      // The last reference to a plugin ends on the loop.
      state->loop.post([state] {});
      if (done != CHELA_OK) return std::unexpected(text.error("stopping the service", done));
      return {};
    });
    auto stopped = co_await std::move(ending);
    if (!stopped) state->logger.warning("plugin {}: service {}: {}", state->plugin_id, state->id, stopped.error().message);
  } else {
    outcome = std::unexpected(error.error("starting", status));
  }
  state->failed = nullptr;
  state->instance = nullptr;
  co_return outcome;
}

Task<Result<void>> ServiceRun::keep_up(std::shared_ptr<State> state) {
  auto delay = kFirstDelay;
  int failures = 0;
  while (true) {
    auto begun = state->loop.now();
    auto running = run_once(state);
    auto outcome = co_await std::move(running);
    if (state->stopping.cancelled()) break;
    if (state->loop.now() - begun >= kHealthyAfter) {
      delay = kFirstDelay;
      failures = 0;
    }
    state->text = outcome ? "it ended" : outcome.error().message;
    if (++failures >= kFailuresMax) break;
    state->state = "waiting";
    state->logger.warning("plugin {}: service {} failed: {}; it is started again in {} ms", state->plugin_id, state->id,
                          state->text, std::chrono::duration_cast<std::chrono::milliseconds>(delay).count());
    auto sleeping = sleep_until(state->loop, state->loop.now() + delay, state->stopping.token());
    auto slept = co_await std::move(sleeping);
    if (!slept) break;
    delay = std::min(2 * delay, kDelayMax);
    ++state->restarts;
  }
  bool stopped = state->stopping.cancelled();
  state->state = stopped ? "stopped" : "failed";
  if (!stopped) {
    state->logger.error("plugin {}: service {} has failed {} times and stays down until the gateway is started again: {}",
                        state->plugin_id, state->id, kFailuresMax, state->text);
  }
  state->ended.set({});
  co_return Result<void>{};
}

}  // namespace chela::runtime
