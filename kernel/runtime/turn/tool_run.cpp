#include "kernel/runtime/turn/tool_run.hpp"

#include "kernel/runtime/tools/call.hpp"

namespace chela::runtime {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// What the plugins that watch over tools make of the arguments, checked again, or why the tool must not run.
[[gnu::noinline]] Task<Result<std::string>> judge(ToolRun run, std::shared_ptr<const Tool> tool, ToolCallRequest call,
                                                  std::string arguments, CancelToken cancel) {
  auto verdict = co_await run.hooks->judge_tool(std::move(call), std::move(arguments), cancel);
  CHELA_CO_CHECK(cancel.check());
  if (verdict.refusal) co_return fail(ErrorCode::denied, "{}", *verdict.refusal);
  co_return check_arguments(*tool, verdict.arguments);
}

void answer(ToolOutcome& outcome, TurnTotals& totals, Result<std::string> result) {
  if (result) {
    outcome.text = std::move(*result);
    return;
  }
  totals.tool_timeouts += result.error().code == ErrorCode::timed_out;
  outcome.status = result.error().code == ErrorCode::denied ? ToolStatus::blocked : ToolStatus::failed;
  outcome.text = "Error: " + result.error().message;
}

}  // namespace

Task<ToolOutcome> run_tool(ToolRun run, ToolCallRequest call, CancelToken cancel) {
  const auto& environment = run.environment;
  auto started = environment.loop.now();
  ToolOutcome outcome{.call = call};
  run.observer.on_tool_start(call);
  auto tool = run.tools.find(call.name);
  auto arguments = tool ? check_arguments(*tool, call.arguments)
                        : Result<std::string>(fail(ErrorCode::not_found, "there is no tool named {}", call.name));
  if (run.hooks && arguments) arguments = co_await judge(run, tool, call, std::move(*arguments), cancel);
  auto called_with = run.hooks ? arguments.value_or("{}") : std::string();
  if (!arguments) {
    answer(outcome, environment.totals, std::unexpected(std::move(arguments.error())));
  } else {
    std::function<void(std::string_view)> progress = [&observer = run.observer, id = call.id](std::string_view text) {
      observer.on_tool_progress(id, text);
    };
    ToolInput request{tool, std::move(*arguments), run.tools.context(), environment.limits.tool_timeout};
    auto result = co_await call_tool(environment.loop, environment.plugins, std::move(request), progress, cancel);
    answer(outcome, environment.totals, std::move(result));
  }
  outcome.duration = environment.loop.now() - started;
  if (run.hooks) outcome = co_await run.hooks->pass_tool_result(std::move(outcome), std::move(called_with), cancel);
  environment.logger.debug("[{}] Tool {} {} in {} ms", run.input.id, call.name, name_of(outcome.status),
                           duration_cast<milliseconds>(outcome.duration).count());
  run.observer.on_tool_result(outcome);
  co_return outcome;
}

Task<ToolOutcome> run_single_tool(const TurnEnvironment& environment, TurnInput input, ToolCallRequest call,
                                  TurnObserver& observer, CancelToken cancel) {
  TurnTools tools(environment, input);
  auto hooks = TurnHooks::create(environment, input);
  if (tools.has_factories()) co_await tools.make();
  auto outcome = co_await run_tool({environment, input, tools, hooks.get(), observer}, std::move(call), cancel);
  ++environment.totals.tool_calls;
  environment.totals.failed_tool_calls += outcome.status != ToolStatus::completed;
  co_return outcome;
}

}  // namespace chela::runtime
