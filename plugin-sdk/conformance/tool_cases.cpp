// chela.tool/1: every tool of the manifest is called, with arguments made up from its schema.

#include <time.h>

#include <algorithm>
#include <thread>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::size_t kResultBytesMax = std::size_t{1} << 20;
constexpr int kWorkersCount = 4;
constexpr int kCallsPerWorker = 3;
constexpr long kStopPausesNs[] = {0, 1'000'000, 20'000'000};

void run_on_workers(Subject& subject, const ToolManifest& tool) {
  const std::string arguments = plain_value(tool.parameters);
  std::vector<ToolCall> calls;
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkersCount * kCallsPerWorker; ++i) calls.push_back(subject.host().new_tool_call());
  for (int worker = 0; worker < kWorkersCount; ++worker) {
    workers.emplace_back([&, worker] {
      for (int i = 0; i < kCallsPerWorker; ++i)
        subject.host().run_tool_call(*calls[worker * kCallsPerWorker + i], tool.name, arguments);
    });
  }
  for (std::thread& worker : workers) worker.join();
}

}  // namespace

void tool_names_match_manifest(Context& context) {
  require_tools(context);
  Subject subject(context);
  subject.up();
  std::vector<std::string> code = subject.host().tool_names();
  std::vector<std::string> declared;
  for (const ToolManifest& tool : context.manifest.tools) declared.push_back(tool.name);
  std::sort(code.begin(), code.end());
  std::sort(declared.begin(), declared.end());
  for (const std::string& name : code) {
    if (!std::binary_search(declared.begin(), declared.end(), name)) {
      fail("the code runs \"{}\", which the manifest does not declare", name);
    }
  }
  for (const std::string& name : declared) {
    if (!std::binary_search(code.begin(), code.end(), name))
      fail("the manifest declares \"{}\", the code cannot run it", name);
  }
  if (std::adjacent_find(code.begin(), code.end()) != code.end()) fail("names() lists a name twice");
  subject.finish();
}

void tool_completes_once(Context& context) {
  const auto tools = runnable_tools(context);
  Subject subject(context);
  subject.up();
  for (const ToolManifest& tool : tools) {
    ToolCall call = subject.begin(tool, plain_value(tool.parameters));
    if (!subject.settle(*call)) fail("\"{}\" never completed its call, though nothing is left to wait for", tool.name);
    const testing::Outcome outcome = call->outcome();
    if (!outcome.ok() && outcome.text.empty()) fail("\"{}\" failed and did not say why", tool.name);
    subject.expect_no_breach();
  }
  subject.finish();
}

void unknown_tool_is_refused(Context& context) {
  require_tools(context);
  Subject subject(context);
  subject.up();
  for (const bool blocking : {false, true}) {
    ToolCall call = blocking ? subject.host().run_tool("conformance_no_such_tool", "{}")
                             : subject.host().start_tool("conformance_no_such_tool", "{}");
    if (!subject.settle(*call)) fail("a call of an unknown tool never completed");
    if (call->outcome().ok()) fail("a call of an unknown tool succeeded");
  }
  subject.finish();
}

void tool_results_fit(Context& context) {
  const auto tools = runnable_tools(context);
  Subject subject(context);
  subject.up();
  for (const ToolManifest& tool : tools) {
    ToolCall call = subject.begin(tool, plain_value(tool.parameters));
    subject.settle(*call);
    const std::size_t size = call->outcome().text.size();
    if (size > kResultBytesMax) fail("\"{}\" answers with {} bytes; no model reads that", tool.name, size);
  }
  subject.finish();
}

void calls_run_side_by_side(Context& context) {
  const auto tools = runnable_tools(context);
  Subject subject(context);
  subject.up();
  std::vector<std::pair<std::string, ToolCall>> open;
  for (const ToolManifest& tool : tools) {
    if (tool.blocking) {
      run_on_workers(subject, tool);
      continue;
    }
    for (int i = 0; i < 2; ++i)
      open.emplace_back(tool.name, subject.host().start_tool(tool.name, plain_value(tool.parameters)));
  }
  for (const auto& [name, call] : open) {
    if (!subject.settle(*call)) fail("\"{}\" never completed one of two calls at once", name);
  }
  subject.finish();
}

void stop_ends_open_calls(Context& context) {
  const auto tools = runnable_tools(context);
  Subject subject(context);
  subject.up();
  std::vector<std::pair<std::string, ToolCall>> calls;
  for (const ToolManifest& tool : tools) {
    if (tool.blocking) continue;
    calls.emplace_back(tool.name, subject.host().start_tool(tool.name, plain_value(tool.parameters)));
  }
  subject.host().stop();
  for (const auto& [name, call] : calls) {
    if (!call->wait_ms(context.options.deadline_ms / 8)) fail("stop() left a call of \"{}\" open", name);
  }
  subject.finish();
}

// As at the end of a gateway: nobody waits for the call any more, and its worker is still inside.
void stop_during_blocking_call(Context& context) {
  for (const ToolManifest& tool : runnable_tools(context)) {
    if (!tool.blocking) continue;
    for (const long pause_ns : kStopPausesNs) {
      Subject subject(context);
      subject.up();
      ToolCall call = subject.host().new_tool_call();
      call->set_cancelled();
      std::thread worker([&] { subject.host().run_tool_call(*call, tool.name, plain_value(tool.parameters)); });
      const timespec pause{0, pause_ns};
      ::nanosleep(&pause, nullptr);
      subject.host().stop();
      worker.join();
      subject.finish();
    }
  }
}

}  // namespace chela::conformance::checks
