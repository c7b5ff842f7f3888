// chela.tool/1: every tool of the manifest is called, with arguments made up from its schema. Tools whose effects
// say "exec" are left alone.

#include <algorithm>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance {
namespace {

constexpr int kOddRounds = 20;

using Call = std::shared_ptr<testing::RecordedToolCall>;

void require_tools(const Context& context) {
  if (!context.manifest.provides("tool")) skip("the plugin has no tools");
}

Call begin(Subject& subject, const ToolManifest& tool, const std::string& arguments) {
  return tool.blocking ? subject.host().run_tool(tool.name, arguments)
                       : subject.host().start_tool(tool.name, arguments);
}

// Calls `check(tool)` for each tool that may be run here.
template <class Check>
void for_each_tool(const Context& context, Check&& check) {
  require_tools(context);
  bool any = false;
  for (const ToolManifest& tool : context.manifest.tools) {
    if (tool.executes) continue;
    any = true;
    check(tool);
  }
  if (!any) skip("every tool executes programs");
}

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
  Subject subject(context);
  for_each_tool(context, [&](const ToolManifest& tool) {
    if (subject.host().plugin() == nullptr) subject.up();
    Call call = begin(subject, tool, plain_value(tool.parameters));
    if (!subject.settle(*call)) fail("\"{}\" never completed its call, though nothing is left to wait for", tool.name);
    const testing::Outcome outcome = call->outcome();
    if (!outcome.ok() && outcome.text.empty()) fail("\"{}\" failed and did not say why", tool.name);
    subject.expect_no_breach();
  });
  subject.finish();
}

void unknown_tool_is_refused(Context& context) {
  require_tools(context);
  Subject subject(context);
  subject.up();
  for (const bool blocking : {false, true}) {
    Call call = blocking ? subject.host().run_tool("conformance_no_such_tool", "{}")
                         : subject.host().start_tool("conformance_no_such_tool", "{}");
    if (!subject.settle(*call)) fail("a call of an unknown tool never completed");
    if (call->outcome().ok()) fail("a call of an unknown tool succeeded");
  }
  subject.finish();
}

void survives_odd_arguments(Context& context) {
  Subject subject(context);
  for_each_tool(context, [&](const ToolManifest& tool) {
    if (subject.host().plugin() == nullptr) subject.up();
    for (int round = 0; round < kOddRounds; ++round) {
      Call call = begin(subject, tool, odd_object(tool.parameters, context.random));
      if (!subject.settle(*call)) fail("\"{}\" never completed a call with odd arguments", tool.name);
    }
  });
  subject.finish();
}

void cancel_completes(Context& context) {
  Subject subject(context);
  for_each_tool(context, [&](const ToolManifest& tool) {
    if (subject.host().plugin() == nullptr) subject.up();
    if (tool.blocking) return;
    Call call = subject.host().start_tool(tool.name, plain_value(tool.parameters));
    subject.host().cancel_tool(*call);
    if (!call->wait_ms(context.options.deadline_ms / 4)) fail("\"{}\" did not complete after cancel()", tool.name);
    subject.host().cancel_tool(*call);  // it may come late
  });
  testing::RecordedToolCall stranger(subject.host().breaches(), 4'000'000'000);
  subject.host().cancel_tool(stranger);
  subject.finish();
}

void stop_ends_open_calls(Context& context) {
  Subject subject(context);
  std::vector<std::pair<std::string, Call>> calls;
  for_each_tool(context, [&](const ToolManifest& tool) {
    if (subject.host().plugin() == nullptr) subject.up();
    if (tool.blocking) return;
    calls.emplace_back(tool.name, subject.host().start_tool(tool.name, plain_value(tool.parameters)));
  });
  subject.host().stop();
  for (const auto& [name, call] : calls) {
    if (!call->wait_ms(context.options.deadline_ms / 8)) fail("stop() left a call of \"{}\" open", name);
  }
  subject.finish();
}

constexpr Case kCases[] = {
    {"tool_names_match_manifest", "names() lists the tools of the manifest, each once", tool_names_match_manifest},
    {"tool_completes_once", "Each call of a tool completes exactly once, on the threads the tags allow",
     tool_completes_once, true},
    {"unknown_tool_is_refused", "A call of a tool that it does not have fails", unknown_tool_is_refused},
    {"survives_odd_arguments", "Calls with generated nonsense complete", survives_odd_arguments},
    {"cancel_completes", "A cancelled call completes soon; a cancel that comes late or for nothing is ignored",
     cancel_completes},
    {"stop_ends_open_calls", "stop() completes the calls that are open", stop_ends_open_calls},
};

}  // namespace

std::span<const Case> tool_cases() {
  return kCases;
}

}  // namespace chela::conformance
