// chela.gateway_method/1: every method of the manifest is called.

#include "chela/json.hpp"
#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance::checks {

void method_completes_once(Context& context) {
  require_kind(context, "gateway_method");
  expect_completions(context, {}, plain_methods(context.manifest));
}

void method_results_are_json(Context& context) {
  require_kind(context, "gateway_method");
  Subject subject(context);
  subject.up();
  for (const Ask& ask : plain_methods(context.manifest)) {
    const OpenAsk open = ask.begin(subject.host());
    subject.settle(*open.end);
    const testing::Outcome outcome = open.end->outcome();
    if (outcome.ok() && read_json(outcome.text).is_discarded()) fail("{} has a result that is no JSON", ask.what);
  }
  subject.finish();
}

void survives_odd_params(Context& context) {
  require_kind(context, "gateway_method");
  Asks asks;
  for (const MethodManifest& method : context.manifest.methods) {
    for (const std::string& params : extreme_objects()) asks.push_back(method_ask(method.name, params, kPlainContext));
    for (const char* params : {"[]", "null", "7", "\"text\""})
      asks.push_back(method_ask(method.name, params, kPlainContext));
    for (const std::string& odd : extreme_objects()) asks.push_back(method_ask(method.name, "{}", odd));
  }
  asks.push_back(method_ask("conformance.noSuchMethod", "{}", "{}"));
  expect_completions(context, {}, asks);
}

void method_cancels(Context& context) {
  require_kind(context, "gateway_method");
  expect_cancels(context, {}, plain_methods(context.manifest));
}

void stop_ends_open_methods(Context& context) {
  require_kind(context, "gateway_method");
  expect_stop_ends(context, {}, plain_methods(context.manifest));
}

}  // namespace chela::conformance::checks
