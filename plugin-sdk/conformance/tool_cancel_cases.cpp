// chela.tool/1: calls that nobody waits for any more.

#include <thread>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::uint64_t kLargeCallId = (std::uint64_t{1} << 62) + 7;
constexpr std::uint64_t kSameLowHalf = (std::uint64_t{1} << 32) + kLargeCallId;

}  // namespace

void cancel_completes(Context& context) {
  const auto tools = runnable_tools(context);
  Subject subject(context);
  subject.up();
  for (const ToolManifest& tool : tools) {
    if (tool.blocking) continue;
    ToolCall call = subject.host().start_tool(tool.name, plain_value(tool.parameters));
    subject.host().cancel_tool(*call);
    if (!call->wait_ms(context.options.deadline_ms / 4)) fail("\"{}\" did not complete after cancel()", tool.name);
    subject.host().cancel_tool(*call);  // it may come late
  }
  testing::RecordedToolCall stranger(subject.host().breaches(), 4'000'000'000);
  subject.host().cancel_tool(stranger);
  subject.finish();
}

void cancel_comes_twice(Context& context) {
  const auto tools = runnable_tools(context);
  Subject subject(context);
  subject.up();
  for (const ToolManifest& tool : tools) {
    if (tool.blocking) continue;
    ToolCall call = subject.host().new_tool_call();
    subject.host().start_tool_call(*call, tool.name, plain_value(tool.parameters));
    const chela_plugin_tool* table = subject.host().tool_table();
    call->set_cancelled();
    for (int i = 0; i < 3; ++i) table->cancel(subject.host().plugin(), call->call_id());
    subject.settle(*call);
  }
  subject.finish();
}

// Two calls whose ids differ in their upper half only: the first is cancelled, the second goes on to its end.
void cancel_hits_one_call(Context& context) {
  for (const ToolManifest& tool : runnable_tools(context)) {
    if (tool.blocking) continue;
    Subject subject(context);
    subject.up();
    const std::string arguments = plain_value(tool.parameters);
    subject.host().set_next_call_id(kLargeCallId);
    ToolCall cancelled = subject.host().start_tool(tool.name, arguments);
    subject.host().set_next_call_id(kSameLowHalf);
    ToolCall other = subject.host().start_tool(tool.name, arguments);
    const bool went_on = !other->completed();
    const bool was_open = !cancelled->completed();
    subject.host().cancel_tool(*cancelled);
    if (was_open && !cancelled->wait_ms(context.options.deadline_ms / 4))
      fail("\"{}\" did not end the call with the id {}", tool.name, cancelled->call_id());
    if (went_on && !subject.settle(*other)) fail("\"{}\" lost a call when another was cancelled", tool.name);
    if (went_on && other->outcome().status == CHELA_CANCELLED)
      fail("cancelling the call {} of \"{}\" has cancelled {}", cancelled->call_id(), tool.name, other->call_id());
    subject.finish();
  }
}

void blocking_call_sees_cancel(Context& context) {
  const auto tools = runnable_tools(context);
  Subject subject(context);
  subject.up();
  for (const ToolManifest& tool : tools) {
    if (!tool.blocking) continue;
    ToolCall call = subject.host().new_tool_call();
    call->set_cancelled();
    std::thread([&] { subject.host().run_tool_call(*call, tool.name, plain_value(tool.parameters)); }).join();
  }
  subject.finish();
}

}  // namespace chela::conformance::checks
