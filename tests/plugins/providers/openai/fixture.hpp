#pragma once

// The plugin `openai` in a fake host, and streams as services send them.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "chela/testing/fake_host.hpp"

extern "C" const chela_entry chela_plugin_entry_openai;

namespace chela::providers::openai {

using chela::testing::Answer;
using chela::testing::FakeHost;
using chela::testing::RecordedCompletion;
using chela::testing::ScriptedResponse;

inline constexpr const char* kService =
    R"({"id":"svc","api":"openai-completions","baseUrl":"https://svc.example/v1","apiKeySecret":"env:SVC_KEY"})";

// Everything that a completion gave, on one line.
inline std::string summary(const RecordedCompletion& completion) {
  const Answer answer = completion.answer();
  std::string line = name_of(completion.outcome().status) + " " + completion.outcome().text + " | " + answer.text;
  if (!answer.reasoning.empty()) line += " | reasoning: " + answer.reasoning;
  for (const auto& call : answer.tool_calls) line += " | " + call.name + "#" + call.id + call.arguments;
  if (answer.input_tokens + answer.output_tokens > 0) {
    line += " | " + std::to_string(answer.input_tokens) + "+" + std::to_string(answer.output_tokens);
  }
  if (answer.retry_after_ms > 0) line += " | retry after " + std::to_string(answer.retry_after_ms);
  return line;
}

// A fresh plugin's completion of one response.
inline std::string ask(ScriptedResponse response) {
  FakeHost host(chela_plugin_entry_openai);
  host.up();
  host.http().script(std::move(response));
  const auto completion = host.complete(kService, "m1", {R"({"role":"user","content":"hi"})"});
  EXPECT_EQ(completion->completions(), 1);
  EXPECT_TRUE(host.breaches().empty()) << host.breaches().all().front();
  EXPECT_EQ(host.http().open(), 0u);
  return summary(*completion);
}

inline ScriptedResponse in_pieces(std::vector<std::string> pieces, std::uint32_t status = 200) {
  ScriptedResponse response;
  response.status = status;
  response.headers = {{"content-type", "text/event-stream"}};
  response.pieces = std::move(pieces);
  return response;
}
inline std::string ask(std::string body, std::uint32_t status = 200) {
  return ask(in_pieces({std::move(body)}, status));
}

// Chunks as a stream of events with its end mark.
inline std::string events(const std::vector<std::string>& chunks) {
  std::string stream;
  for (const std::string& chunk : chunks) stream += "data: " + chunk + "\n\n";
  return stream + "data: [DONE]\n\n";
}
// A chunk with one delta.
inline std::string delta(const std::string& members, const std::string& finish_reason = "null") {
  return R"({"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{)" + members +
         R"(},"finish_reason":)" + finish_reason + "}]}";
}

struct Recorded {
  const char* name;
  std::string stream;
  std::string expected;
};

// Streams in the manner of the services named, and what they mean: those with tool calls in pieces.
inline std::vector<Recorded> recorded_tool_calls() {
  return {
      {"OpenAI, two tool calls in pieces",
       events(
           {delta(R"("role":"assistant","content":null)"),
            delta(
                R"("tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}}])"),
            delta(R"("tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}])"),
            delta(R"("tool_calls":[{"index":0,"function":{"arguments":":1}"}}])"),
            delta(
                R"("tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"g","arguments":"{}"}}])"),
            delta("", R"("tool_calls")")}),
       R"(ok tool_calls |  | f#call_a{"x":1} | g#call_b{})"},
      {"interleaved calls",
       events(
           {delta(
                R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f"}},{"index":1,"id":"b","function":{"name":"g"}}])"),
            delta(
                R"("tool_calls":[{"index":1,"function":{"arguments":"{\"b\":"}},{"index":0,"function":{"arguments":"{\"a\":"}}])"),
            delta(
                R"("tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"function":{"arguments":"2}"}}])"),
            delta("", R"("tool_calls")")}),
       R"(ok tool_calls |  | f#a{"a":1} | g#b{"b":2})"},
      {"Ollama, index 0 for every call, and stop at the end",
       events(
           {delta(
                R"("content":"","tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}])"),
            delta(
                R"("content":"","tool_calls":[{"index":0,"id":"b","type":"function","function":{"name":"f","arguments":"{\"b\":2}"}}])"),
            delta(R"("content":"")", R"("stop")")}),
       R"(ok tool_calls |  | f#a{"a":1} | f#b{"b":2})"},
      {"no index, arguments in pieces that carry only the id at first",
       events({delta(R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"a\":"}}])"),
               delta(R"("tool_calls":[{"function":{"arguments":"1}"}}])"),
               delta(R"("tool_calls":[{"id":"b","function":{"name":"g","arguments":"{}"}}])"),
               delta("", R"("tool_calls")")}),
       R"(ok tool_calls |  | f#a{"a":1} | g#b{})"},
      {"id and name repeated in each piece, no arguments at all for the second",
       events({delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}])"),
               delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}])"),
               delta(R"("tool_calls":[{"index":1,"id":"b","function":{"name":"now","arguments":null}}])"),
               delta("", R"("tool_calls")")}),
       R"(ok tool_calls |  | f#a{} | now#b{})"},
      {"whole calls without ids, arguments as an object",
       events({delta(
           R"("tool_calls":[{"function":{"name":"f","arguments":{"a":[1,2]}}},{"function":{"name":"g","arguments":{}}}])",
           R"("stop")")}),
       R"(ok tool_calls |  | f#call_18bcfe56800_1_0{"a":[1,2]} | g#call_18bcfe56800_1_1{})"},
  };
}

// Those that are odd in their text, their ends or their frames.
inline std::vector<Recorded> recorded_texts() {
  return {
      {"OpenAI, text and usage",
       events(
           {delta(R"("role":"assistant","content":"","refusal":null)"), delta(R"("content":"Hel")"),
            delta(R"("content":"lo \ud83d\ude00")"), delta("", R"("stop")"),
            R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}})"}),
       "ok stop | Hello \xF0\x9F\x98\x80 | 9+3"},
      {"DeepSeek and OpenRouter, reasoning under two names, comments as keep-alive",
       ": PROCESSING\n\n" + events({delta(R"("reasoning_content":"hm","reasoning":"hm")"), delta(R"("reasoning":"!")"),
                                    delta(R"("content":"42")"), delta(R"("content":"")", R"("stop")")}),
       "ok stop | 42 | reasoning: hm!"},
      {"Groq, usage aside; length",
       events(
           {delta(R"("content":"cut")"),
            R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":1}}})"}),
       "ok length | cut | 5+1"},
      {"CRLF, no blanks, several choices, unknown events and members",
       "event: ping\r\ndata: {\"type\":\"ping\"}\r\n\r\ndata:" +
           delta(R"("content":"a","audio":{"x":[1,{"y":null}]})") +
           "\r\n\r\ndata:{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"other\"}}]}\r\n\r\ndata:" +
           delta("", R"("content_filter")") + "\r\n\r\n",
       "ok content_filter | a"},
      {"content in parts, finish reason of its own making",
       events(
           {delta(
                R"("content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"yes"}])"),
            delta("", R"("eos")")}),
       "ok stop | yes | reasoning: hm"},
      {"a whole message at the end again",
       events({delta(R"("content":"once")"),
               R"({"choices":[{"index":0,"message":{"role":"assistant","content":"once"},"finish_reason":"stop"}]})"}),
       "ok stop | once"},
      {"an emoji cut in two",
       events({delta(R"("content":"\ud83d")"), delta(R"("content":"\\ud83d\ude00 \ud83d\ude00")"),
               delta("", R"("stop")")}),
       "ok stop | \xEF\xBF\xBD\\ud83d\xEF\xBF\xBD \xF0\x9F\x98\x80"},
      {"a whole answer in the place of a stream",
       R"({"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"all","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}})",
       "ok tool_calls | all | f#a{} | 1+2"},
  };
}

inline std::vector<Recorded> recorded_streams() {
  auto streams = recorded_tool_calls();
  for (auto& stream : recorded_texts()) streams.push_back(std::move(stream));
  return streams;
}

}  // namespace chela::providers::openai
