// chela.provider/1: completions begin, end and are cancelled, and the service is asked for its models.

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "plugin-sdk/conformance/cases.hpp"
#include "plugin-sdk/conformance/streams.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::uint64_t kLargeCallId = (std::uint64_t{1} << 62) + 7;
constexpr std::uint64_t kSameLowHalf = (std::uint64_t{1} << 32) + kLargeCallId;
constexpr int kRetriesMax = 20;

}  // namespace

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
    for (int retries = 0; retries < kRetriesMax; ++retries) subject.host().http().script(server);
    Completion completion = subject.complete();
    if (!subject.settle(*completion)) fail("{}: the completion never completed", name);
    const testing::Outcome outcome = completion->outcome();
    if (!outcome.ok() && outcome.text.empty()) fail("{}: the completion failed and did not say why", name);
    if (outcome.ok() && !subject.host().http().requests().empty() && server.status != 200) {
      fail("{}: the completion says it succeeded", name);
    }
    subject.finish();
  }
}

void stop_reasons_are_known(Context& context) {
  require_provider(context);
  constexpr std::array<std::string_view, 4> kReasons{"stop", "length", "tool_calls", "content_filter"};
  for (const std::string& stream : sample_streams()) {
    Subject subject(context);
    subject.up();
    subject.host().http().script(response(200, {stream}));
    Completion completion = subject.complete();
    subject.settle(*completion);
    const testing::Outcome outcome = completion->outcome();
    if (outcome.ok() && std::find(kReasons.begin(), kReasons.end(), outcome.text) == kReasons.end())
      fail("\"{}\" is no stop reason; there are {}", outcome.text, fmt::join(kReasons, ", "));
    subject.finish();
  }
}

void completion_cancels(Context& context) {
  require_provider(context);
  Subject subject(context);
  subject.up();
  Completion completion = subject.complete();
  subject.host().cancel_completion(*completion);
  if (!completion->wait_ms(context.options.deadline_ms / 4)) fail("the completion did not complete after cancel()");
  subject.host().cancel_completion(*completion);
  testing::RecordedCompletion stranger(subject.host().breaches(), 4'000'000'000);
  subject.host().cancel_completion(stranger);
  if (subject.host().http().open() != 0) fail("the request of a cancelled completion goes on");
  subject.finish();
}

// As with calls of tools: the ids differ in their upper half only.
void cancel_hits_one_completion(Context& context) {
  require_provider(context);
  Subject subject(context);
  subject.up();
  subject.host().set_next_call_id(kLargeCallId);
  Completion cancelled = subject.complete();
  subject.host().set_next_call_id(kSameLowHalf);
  Completion other = subject.complete();
  const bool went_on = !other->completed();
  subject.host().cancel_completion(*cancelled);
  if (!cancelled->wait_ms(context.options.deadline_ms / 4))
    fail("the completion with the id {} was not cancelled", cancelled->call_id());
  if (!subject.settle(*other)) fail("a completion was lost when another was cancelled");
  if (went_on && other->outcome().status == CHELA_CANCELLED)
    fail("cancelling the completion {} has cancelled {}", cancelled->call_id(), other->call_id());
  subject.finish();
}

void stop_ends_open_completions(Context& context) {
  require_provider(context);
  Subject subject(context);
  subject.up();
  Completion first = subject.complete();
  Completion second = subject.complete();
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

void model_list_is_json(Context& context) {
  require_provider(context);
  for (const char* body : {R"({"data":[{"id":"one"},{"id":"two"}]})", R"({"models":[{"name":"one"}]})", "[]", "{}",
                           R"({"data":[{},7,{"id":3}]})", "<html>"}) {
    Subject subject(context);
    subject.up();
    if (subject.host().provider_table()->list_models == nullptr) skip("its format cannot tell which models there are");
    subject.host().http().script(response(200, {body}));
    Completion answer = subject.host().list_models(kService);
    subject.settle(*answer);
    if (!answer->outcome().ok()) continue;
    const auto models = nlohmann::json::parse(answer->answer().text, nullptr, false);
    if (!models.is_array()) fail("the models are no JSON array: {:.80}", answer->answer().text);
    for (const auto& model : models) {
      if (!model.is_object() || !model.contains("id") || !model["id"].is_string())
        fail("a model without an id: {}", model.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    subject.finish();
  }
}

}  // namespace chela::conformance::checks
