// chela.hook/1: every point of the manifest is passed.

#include <utility>

#include "chela/json.hpp"
#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::size_t kResultBytesMax = std::size_t{4} << 20;

enum class Form { truth, text, object, list };

// The members of results that have one form at every point (docs/hooks.md).
constexpr std::pair<const char*, Form> kMembers[] = {
    {"block", Form::truth},        {"cancel", Form::truth},
    {"handled", Form::truth},      {"blockReason", Form::text},
    {"cancelReason", Form::text},  {"outcome", Form::text},
    {"reason", Form::text},        {"prependContext", Form::text},
    {"appendContext", Form::text}, {"prependSystemContext", Form::text},
    {"systemPrompt", Form::text},  {"appendSystemContext", Form::text},
    {"modelOverride", Form::text}, {"providerOverride", Form::text},
    {"params", Form::object},      {"requireApproval", Form::object},
    {"toolsAllow", Form::list},    {"findings", Form::list},
};

bool has_form(const Json& value, Form form) {
  if (form == Form::truth) return value.is_boolean();
  if (form == Form::text) return value.is_string();
  return form == Form::object ? value.is_object() : value.is_array();
}

void check_result(const std::string& what, const std::string& text) {
  if (text.empty()) return;  // nothing to say
  if (text.size() > kResultBytesMax) fail("{} has a result of {} bytes", what, text.size());
  const Json result = read_json(text);
  if (!result.is_object()) fail("{} has a result that is no JSON object", what);
  for (const auto& [name, form] : kMembers) {
    auto member = result.find(name);
    if (member != result.end() && !member->is_null() && !has_form(*member, form))
      fail("{} has a result whose \"{}\" is of another type", what, name);
  }
}

}  // namespace

void hook_completes_once(Context& context) {
  require_kind(context, "hook");
  expect_completions(context, {}, plain_hooks(context.manifest));
}

void hook_results_fit(Context& context) {
  require_kind(context, "hook");
  Subject subject(context);
  subject.up();
  for (const Ask& ask : plain_hooks(context.manifest)) {
    const OpenAsk open = ask.begin(subject.host());
    subject.settle(*open.end);
    if (open.end->outcome().ok()) check_result(ask.what, open.end->outcome().text);
  }
  subject.finish();
}

void survives_odd_events(Context& context) {
  require_kind(context, "hook");
  Asks asks;
  for (const std::string& point : context.manifest.points) {
    for (const std::string& event : extreme_objects()) asks.push_back(hook_ask(point, event, kPlainContext));
    for (const std::string& odd : extreme_objects()) asks.push_back(hook_ask(point, kPlainEvent, odd));
  }
  asks.push_back(hook_ask("conformance_no_such_point", kPlainEvent, "{}"));
  expect_completions(context, {}, asks);
}

void hook_cancels(Context& context) {
  require_kind(context, "hook");
  expect_cancels(context, {}, plain_hooks(context.manifest));
}

void stop_ends_open_hooks(Context& context) {
  require_kind(context, "hook");
  expect_stop_ends(context, {}, plain_hooks(context.manifest));
}

}  // namespace chela::conformance::checks
