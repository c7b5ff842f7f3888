// chela.provider/1: completions against servers that answer, break off, or say nothing that makes sense.

#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance {
namespace {

constexpr const char* kService =
    R"({"id":"check","api":"check","baseUrl":"https://service.invalid/v1","apiKeySecret":"CHECK_KEY","headers":{}})";

using Completion = std::shared_ptr<testing::RecordedCompletion>;

Completion begin(Subject& subject) {
  return subject.host().complete(kService, "model", {R"({"role":"user","content":"Hello"})"});
}

void require_provider(const Context& context) {
  if (!context.manifest.provides("provider")) skip("the plugin is no provider");
}

testing::ScriptedResponse response(std::uint32_t status, std::vector<std::string> pieces,
                                   chela_status outcome = CHELA_OK) {
  testing::ScriptedResponse scripted;
  scripted.status = status;
  scripted.pieces = std::move(pieces);
  scripted.outcome = outcome;
  if (outcome != CHELA_OK) scripted.error = "cut short";
  return scripted;
}

void completion_completes_once(Context& context) {
  require_provider(context);
  const std::pair<const char*, testing::ScriptedResponse> servers[] = {
      {"an empty answer", response(200, {})},
      {"an answer that breaks off", response(200, {"data: {\"cho"}, CHELA_PROTOCOL)},
      {"a connection that fails", response(0, {}, CHELA_UNAVAILABLE)},
      {"nonsense",
       response(200, {"data: [[[\n\n", "\xFF\xFE", "data: {\"choices\":7}\n\n", std::string(100'000, 'x')})},
      {"an error with a body of no sense", response(500, {"<html>"})},
      {"too many requests", response(429, {"{\"error\":{\"message\":\"slow down\"}}"})},
      {"a refused key", response(401, {"{}"})},
  };
  for (const auto& [name, server] : servers) {
    Subject subject(context);
    subject.up();
    for (int retries = 0; retries < 20; ++retries) subject.host().http().script(server);
    Completion completion = begin(subject);
    if (!subject.settle(*completion)) fail("{}: the completion never completed", name);
    const testing::Outcome outcome = completion->outcome();
    if (!outcome.ok() && outcome.text.empty()) fail("{}: the completion failed and did not say why", name);
    if (outcome.ok() && !subject.host().http().requests().empty() && server.status != 200) {
      fail("{}: the completion says it succeeded", name);
    }
    subject.finish();
  }
}

void completion_cancels(Context& context) {
  require_provider(context);
  Subject subject(context);
  subject.up();
  Completion completion = begin(subject);
  subject.host().cancel_completion(*completion);
  if (!completion->wait_ms(context.options.deadline_ms / 4)) fail("the completion did not complete after cancel()");
  subject.host().cancel_completion(*completion);
  testing::RecordedCompletion stranger(subject.host().breaches(), 4'000'000'000);
  subject.host().cancel_completion(stranger);
  if (subject.host().http().open() != 0) fail("the request of a cancelled completion goes on");
  subject.finish();
}

void stop_ends_open_completions(Context& context) {
  require_provider(context);
  Subject subject(context);
  subject.up();
  Completion first = begin(subject);
  Completion second = begin(subject);
  subject.host().stop();
  for (const Completion& completion : {first, second}) {
    if (!completion->wait_ms(context.options.deadline_ms / 8)) fail("stop() left a completion open");
  }
  subject.finish();
}

void lists_models_once(Context& context) {
  require_provider(context);
  Subject subject(context);
  subject.up();
  const chela_plugin_provider* table = subject.host().provider_table();
  if (table->list_models == nullptr) skip("its format cannot tell which models there are");
  Completion answer = subject.host().list_models(kService);
  if (!subject.settle(*answer)) fail("list_models() never completed");
  subject.finish();
}

void survives_an_odd_service(Context& context) {
  require_provider(context);
  for (const char* service : {"{}", R"({"id":7,"baseUrl":[]})", R"({"baseUrl":"not a url","headers":"none"})"}) {
    Subject subject(context);
    subject.up();
    Completion completion = subject.host().complete(service, "", {}, {}, "{}");
    if (!subject.settle(*completion)) fail("a completion for the service {} never completed", service);
    subject.finish();
  }
}

constexpr Case kCases[] = {
    {"completion_completes_once", "A completion completes exactly once, whatever the service answers",
     completion_completes_once, true},
    {"completion_cancels", "A cancelled completion completes soon and lets go of its request", completion_cancels},
    {"stop_ends_open_completions", "stop() completes the completions that are open", stop_ends_open_completions},
    {"lists_models_once", "list_models() completes exactly once", lists_models_once},
    {"survives_an_odd_service", "A service without the members it needs is an error", survives_an_odd_service},
};

}  // namespace

std::span<const Case> provider_cases() {
  return kCases;
}

}  // namespace chela::conformance
