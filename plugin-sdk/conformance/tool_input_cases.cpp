// chela.tool/1: what is asked for is strange, and the calls complete all the same.

#include <climits>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance::checks {
namespace {

constexpr int kOddRounds = 20;
constexpr std::size_t kDepth = 60;
constexpr std::size_t kLongBytes = 300'000;

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

// Valid JSON objects that readers trip over; `key` is a member that the tool knows.
std::vector<std::string> extreme_arguments(const std::string& key) {
  const std::string member = "{\"" + key + "\":";
  return {
      member + nested(kDepth) + "}",
      member + "\"" + std::string(kLongBytes, 'a') + "\"}",
      member + R"("\ud800"})",
      member + R"("a\u0000b"})",
      member + R"("\u202e\u0007\u001b[2J\uffff"})",
      member + "123456789012345678901234567890123456789012345678901234567890}",
      member + "-0.0}",
      member + "1e-400}",
      member + "1," + "\"" + key + "\":2}",
      " \t\r\n{ } \n",
      "{\"\":\"\"}",
      "{\"\\u0000\":{}}",
  };
}

std::vector<std::string> members_of(const ToolManifest& tool) {
  std::vector<std::string> keys = member_names(tool.parameters);
  if (keys.empty()) keys.push_back("text");
  return keys;
}

// Calls every tool with `arguments_of(tool)` and waits for its end.
template <class Arguments>
void call_all(Context& context, const char* what, Subject& subject, Arguments&& arguments_of) {
  for (const ToolManifest& tool : runnable_tools(context)) {
    for (const std::string& arguments : arguments_of(tool)) {
      ToolCall call = subject.begin(tool, arguments);
      if (!subject.settle(*call)) fail("\"{}\" never completed a call with {}", tool.name, what);
    }
  }
}

std::vector<std::string> plain_arguments(const ToolManifest& tool) {
  return {plain_value(tool.parameters)};
}

}  // namespace

void survives_odd_arguments(Context& context) {
  require_tools(context);
  Subject subject(context);
  subject.up();
  call_all(context, "odd arguments", subject, [&](const ToolManifest& tool) {
    std::vector<std::string> odd;
    for (int round = 0; round < kOddRounds; ++round) odd.push_back(odd_object(tool.parameters, context.random));
    return odd;
  });
  subject.finish();
}

void survives_extreme_arguments(Context& context) {
  require_tools(context);
  Subject subject(context);
  subject.up();
  call_all(context, "extreme arguments", subject, [](const ToolManifest& tool) {
    std::vector<std::string> all;
    for (const std::string& key : members_of(tool)) {
      for (std::string& arguments : extreme_arguments(key)) all.push_back(std::move(arguments));
    }
    return all;
  });
  subject.finish();
}

void survives_an_odd_context(Context& context) {
  require_tools(context);
  Subject subject(context);
  subject.up();
  for (const char* odd : {
           "{}",
           R"({"workspace":7,"agentId":[],"timeZone":null})",
           R"({"workspace":"/nonexistent/folder","agentId":"","timeZone":"Nowhere/Atlantis"})",
           R"({"workspace":"relative/folder","agentId":"../..","timeZone":"../../etc/passwd"})",
           R"({"workspace":"","agentId":"main","timeZone":"","later":{"member":[1]}})",
       }) {
    subject.host().set_context(odd);
    call_all(context, "an odd context", subject, plain_arguments);
  }
  subject.finish();
}

void survives_odd_timeouts(Context& context) {
  require_tools(context);
  Subject subject(context);
  subject.up();
  for (const std::uint64_t timeout_ms : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{INT_MAX} + 1, UINT64_MAX}) {
    subject.host().set_tool_timeout_ms(timeout_ms);
    call_all(context, "an odd timeout", subject, plain_arguments);
  }
  subject.finish();
}

}  // namespace chela::conformance::checks
