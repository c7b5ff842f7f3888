// chela.provider/1: what a service answers, and what a provider is asked, in shapes that nobody expects.

#include "plugin-sdk/conformance/cases.hpp"
#include "plugin-sdk/conformance/streams.hpp"

namespace chela::conformance::checks {
namespace {

constexpr int kBrokenRounds = 60;
constexpr int kCutRounds = 4;
constexpr std::uint32_t kOddStatuses[] = {0, 99, 100, 204, 206, 302, 304, 418, 599, 999, 4'000'000'000};

std::string everything(const testing::RecordedCompletion& completion) {
  const testing::Answer answer = completion.answer();
  std::string out =
      fmt::format("{} \"{}\" text \"{}\" reasoning \"{}\" tokens {} {}", chela::name_of(completion.outcome().status),
                  completion.outcome().text, answer.text, answer.reasoning, answer.input_tokens, answer.output_tokens);
  for (const auto& call : answer.tool_calls) out += fmt::format(" call {} {} {}", call.id, call.name, call.arguments);
  return out;
}

std::string answer_to(Context& context, std::vector<std::string> pieces) {
  Subject subject(context);
  subject.up();
  subject.host().http().script(response(200, std::move(pieces)));
  Completion completion = subject.complete();
  subject.settle(*completion);
  subject.finish();
  return everything(*completion);
}

std::vector<std::string> every_byte(const std::string& stream) {
  std::vector<std::string> pieces;
  for (const char c : stream) pieces.emplace_back(1, c);
  return pieces;
}

}  // namespace

void pieces_may_be_cut_anywhere(Context& context) {
  require_provider(context);
  for (const std::string& stream : sample_streams()) {
    const std::string whole = answer_to(context, {stream});
    std::vector<std::vector<std::string>> ways = {every_byte(stream)};
    for (int round = 0; round < kCutRounds; ++round) ways.push_back(cut_anywhere(stream, context.random));
    for (std::vector<std::string>& way : ways) {
      const std::string cut = answer_to(context, std::move(way));
      if (cut != whole) fail("whole, an answer is {:.300}; cut in pieces, it is {:.300}", whole, cut);
    }
  }
}

void survives_broken_streams(Context& context) {
  require_provider(context);
  Subject subject(context);
  subject.up();
  for (int round = 0; round < kBrokenRounds; ++round) {
    const bool whole = context.random() % 4 != 0;
    auto answer =
        response(200, cut_anywhere(broken_stream(context.random), context.random), whole ? CHELA_OK : CHELA_PROTOCOL);
    if (context.random() % 3 == 0) answer.status = kOddStatuses[context.random() % std::size(kOddStatuses)];
    if (context.random() % 3 == 0) answer.headers = {{"retry-after", "soon"}, {"content-length", "-1"}, {"", ""}};
    subject.host().http().script(answer);
    Completion completion = subject.complete();
    if (!subject.settle(*completion)) fail("a completion never completed");
  }
  for (const std::uint32_t status : kOddStatuses) {
    subject.host().http().script(response(status, {"nothing"}));
    Completion completion = subject.complete();
    if (!subject.settle(*completion)) fail("a completion never completed after status {}", status);
  }
  subject.finish();
}

void survives_an_odd_service(Context& context) {
  require_provider(context);
  for (const char* service :
       {"{}", R"({"id":7,"baseUrl":[]})", R"({"baseUrl":"not a url","headers":"none"})",
        R"({"id":"a","baseUrl":"https://service.invalid","headers":{"x":7},"connectTimeoutMs":-1,"proxy":false})"}) {
    Subject subject(context);
    subject.up();
    Completion completion = subject.host().complete(service, "", {R"({"role":"user","content":"Hello"})"});
    if (!subject.settle(*completion)) fail("a completion for the service {} never completed", service);
    subject.finish();
  }
}

void survives_odd_conversations(Context& context) {
  require_provider(context);
  const std::vector<std::string> conversations[] = {
      {},
      {"{}", "{}"},
      {R"({"role":7,"content":{}})", R"({"role":"user"})"},
      {R"({"role":"user","content":null})", R"({"role":"assistant","content":null,"tool_calls":"none"})"},
      {R"({"role":"assistant","tool_calls":[{},{"function":7},{"id":1,"function":{"arguments":[]}}]})"},
      {R"({"role":"tool","tool_call_id":"never","content":""})"},
      {R"({"role":"user","content":"\ud800"})", R"({"role":"user","content":[{"type":"image_url"},7,null]})"},
      std::vector<std::string>(500, R"({"role":"user","content":"Hello"})"),
  };
  Subject subject(context);
  subject.up();
  for (const auto& messages : conversations) {
    for (const char* options : {"{}", R"({"temperature":"hot","maxTokens":-1,"stop":7,"toolChoice":[]})"}) {
      const std::vector<std::string> tools = {"{}", R"({"type":"function","function":{"name":7}})"};
      Completion completion = subject.host().complete(kService, "model", messages, tools, options);
      if (!subject.settle(*completion)) fail("a completion of {} odd messages never completed", messages.size());
    }
  }
  subject.finish();
}

}  // namespace chela::conformance::checks
