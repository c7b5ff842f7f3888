// Answers of model services, through the whole of the plugin `openai` in a host of the SDK's tests.
// Input: the body of an answer; one that begins with `HTTP NNN` and a line feed has that status.

#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "chela/testing/fake_host.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" const chela_entry chela_plugin_entry_openai;

namespace chela::fuzz {
namespace {

using chela::testing::FakeHost;
using chela::testing::RecordedCompletion;
using chela::testing::ScriptedResponse;

constexpr const char* kService =
    R"({"id":"svc","api":"openai-completions","baseUrl":"https://svc.example/v1","apiKeySecret":"env:SVC_KEY"})";

struct Answer {
  std::uint32_t status = 200;
  std::string_view body;
};

Answer answer_of(std::string_view bytes) {
  bool has_status = bytes.size() >= 9 && bytes.starts_with("HTTP ") && bytes[8] == '\n';
  if (!has_status) return {.body = bytes};
  std::uint32_t status = 0;
  for (char c : bytes.substr(5, 3)) status = status * 10 + static_cast<std::uint32_t>(c >= '0' && c <= '9' ? c - '0' : 0);
  return {.status = std::max(status, 100u), .body = bytes.substr(9)};
}

void check(const RecordedCompletion& completion) {
  must(completion.completions() == 1, "a completion ends once");
  auto outcome = completion.outcome();
  auto answer = completion.answer();
  must(is_valid_utf8(outcome.text) && is_valid_utf8(answer.text) && is_valid_utf8(answer.reasoning), "answers are text",
       outcome.text);
  must(outcome.ok() || (!outcome.text.empty() && outcome.text.size() < 2048), "an error has few words", outcome.text);
  must(answer.tool_calls.size() <= 128, "calls keep their limit");
  for (const auto& call : answer.tool_calls) {
    must(!call.name.empty() && !call.id.empty(), "a call has a name and an id");
    must(call.name.size() <= 256 && call.id.size() <= 256, "names and ids keep their limit", call.id);
    must(is_valid_utf8(call.name) && is_valid_utf8(call.id) && is_valid_utf8(call.arguments), "calls are text", call.id);
    must(!outcome.ok() || !call.arguments.empty(), "a call of a whole answer has arguments");
  }
}

std::string summary(const RecordedCompletion& completion) {
  auto outcome = completion.outcome();
  auto answer = completion.answer();
  auto out = fmt::format("{} {}\n{}\n{}\n{} {} {}", static_cast<int>(outcome.status), outcome.text, answer.text,
                         answer.reasoning, answer.input_tokens, answer.output_tokens, answer.retry_after_ms);
  for (const auto& call : answer.tool_calls) out += fmt::format("\n{} {} {}", call.name, call.id, call.arguments);
  return out;
}

std::string ask(FakeHost& host, const Answer& answer, const Pieces& pieces) {
  ScriptedResponse response;
  response.status = answer.status;
  response.headers = {{"content-type", "text/event-stream"}, {"retry-after", "3"}};
  for (auto piece : pieces) response.pieces.emplace_back(piece);
  host.set_next_call_id(1);  // ids that the plugin makes up hold it
  host.http().script(std::move(response));
  auto completion = host.complete(kService, "m1", {R"({"role":"user","content":"hi"})"});
  check(*completion);
  must(host.http().open() == 0, "no request stays open");
  auto said = summary(*completion);
  host.forget();
  return said;
}

void list_models(FakeHost& host, const Answer& answer) {
  ScriptedResponse response;
  response.status = answer.status;
  response.pieces = {std::string(answer.body)};
  host.http().script(std::move(response));
  auto completion = host.list_models(kService);
  check(*completion);
  if (completion->outcome().ok()) {
    auto models = parse_json(completion->answer().text, 3);
    must(models && models->is_array() && models->size() <= 10'000, "models are a list", completion->answer().text);
    for (const auto& model : *models) must(model["id"].is_string(), "a model has an id");
  }
  host.forget();
}

}  // namespace

void run(std::string_view bytes) {
  auto answer = answer_of(bytes);
  FakeHost host(chela_plugin_entry_openai);
  host.up();
  auto ways = cuts(answer.body);
  auto whole = ask(host, answer, ways[0]);
  for (const auto& pieces : ways) {
    auto said = ask(host, answer, pieces);
    must(said == whole, "an answer does not depend on the cuts", whole + "\n---\n" + said);
  }
  list_models(host, answer);
  must(host.breaches().empty(), "the plugin keeps to the ABI", host.breaches().empty() ? "" : host.breaches().all()[0]);
}

}  // namespace chela::fuzz
