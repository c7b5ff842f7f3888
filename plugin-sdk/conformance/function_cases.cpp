// chela.capability/1: the usual functions of every capability of the manifest are called.

#include "chela/json.hpp"
#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance::checks {
namespace {

void require_functions(const Context& context) {
  if (!context.manifest.provides_functions()) skip("the plugin has no functions that are called by path");
}

}  // namespace

void function_completes_once(Context& context) {
  require_functions(context);
  expect_completions(context, {}, plain_functions(context.manifest));
}

void unknown_function_is_not_found(Context& context) {
  require_functions(context);
  Subject subject(context);
  subject.up();
  for (const FunctionsManifest& functions : context.manifest.functions) {
    const Ask ask = function_ask({functions.kind, functions.id, "conformance.no.such.function"});
    const OpenAsk open = ask.begin(subject.host());
    if (!subject.settle(*open.end)) fail("a call of an unknown function never completed");
    const chela_status status = open.end->outcome().status;
    if (status != CHELA_NOT_FOUND) fail("{} ends with {}, not with NOT_FOUND", ask.what, chela::name_of(status));
  }
  subject.finish();
}

void function_values_are_json(Context& context) {
  require_functions(context);
  Subject subject(context);
  subject.up();
  for (const Ask& ask : plain_functions(context.manifest)) {
    const OpenAsk open = ask.begin(subject.host());
    subject.settle(*open.end);
    const testing::Outcome outcome = open.end->outcome();
    if (outcome.ok() && !outcome.text.empty() && read_json(outcome.text).is_discarded())
      fail("{} has a value that is no JSON", ask.what);
  }
  subject.finish();
}

void survives_odd_function_arguments(Context& context) {
  require_functions(context);
  Asks asks;
  for (Ask& ask : plain_functions(context.manifest)) asks.push_back(std::move(ask));
  for (const FunctionsManifest& functions : context.manifest.functions) {
    for (const char* path : {"search", "get", "", "a.b.c", "..", "search\n"}) {
      for (const char* arguments : {"[]", "[null]", "[7]", "[[]]", R"(["\ud800\u0000",-1])"})
        asks.push_back(function_ask({functions.kind, functions.id, path, arguments}));
      for (const std::string& object : extreme_objects())
        asks.push_back(function_ask({functions.kind, functions.id, path, "[" + object + "," + object + "]"}));
    }
  }
  expect_completions(context, {}, asks);
}

void function_cancels(Context& context) {
  require_functions(context);
  expect_cancels(context, {}, plain_functions(context.manifest));
}

void stop_ends_open_functions(Context& context) {
  require_functions(context);
  expect_stop_ends(context, {}, plain_functions(context.manifest));
}

}  // namespace chela::conformance::checks
