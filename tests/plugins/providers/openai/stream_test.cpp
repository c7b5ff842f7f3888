// Streams whole, in every cut, and broken.

#include <random>

#include "tests/plugins/providers/openai/fixture.hpp"

namespace chela::providers::openai {
namespace {

TEST(Stream, MeansWhatTheServiceMeant) {
  for (const Recorded& recorded : recorded_streams())
    EXPECT_EQ(ask(recorded.stream), recorded.expected) << recorded.name;
}

TEST(Stream, MeansTheSameByteByByte) {
  for (const Recorded& recorded : recorded_streams()) {
    std::vector<std::string> bytes;
    for (const char byte : recorded.stream) bytes.emplace_back(1, byte);
    EXPECT_EQ(ask(in_pieces(bytes)), recorded.expected) << recorded.name;
  }
}

TEST(Stream, MeansTheSameInAnyTwoPieces) {
  for (const Recorded& recorded : recorded_streams()) {
    for (std::size_t at = 0; at <= recorded.stream.size(); ++at) {
      ASSERT_EQ(ask(in_pieces({recorded.stream.substr(0, at), recorded.stream.substr(at)})), recorded.expected)
          << recorded.name << " at " << at;
    }
  }
}

// An answer counts as whole from the moment the service says why it stopped, and never before.
TEST(Stream, CutAnywhereIsAnErrorUntilItsLastWord) {
  for (const Recorded& recorded : recorded_streams()) {
    const std::size_t last_word = recorded.stream.rfind("finish_reason\":\"");
    const std::size_t last_event_end = recorded.stream.find("\n", last_word);
    for (std::size_t at = 0; at < recorded.stream.size(); ++at) {
      const std::string said = ask(recorded.stream.substr(0, at));
      if (said.rfind("ok", 0) == 0) {
        EXPECT_GT(at, last_word) << recorded.name << ": " << said;
      } else {
        EXPECT_LE(at, std::min(last_event_end, recorded.stream.size()))
            << recorded.name << " at " << at << ": " << said;
      }
      ScriptedResponse broken = in_pieces({recorded.stream.substr(0, at)});
      broken.outcome = CHELA_UNAVAILABLE;
      broken.error = "cut short";
      const std::string told = ask(broken);
      if (at <= last_word)
        EXPECT_EQ(told.rfind("unavailable asking service svc at https://svc.example/v1: cut short", 0), 0u) << told;
    }
  }
}

TEST(Stream, SurvivesAnyFlippedByte) {
  std::mt19937 random(7);
  for (const Recorded& recorded : recorded_streams()) {
    for (int i = 0; i < 300; ++i) {
      std::string stream = recorded.stream;
      for (int flips = 0; flips <= i % 3; ++flips) stream[random() % stream.size()] = static_cast<char>(random());
      ask(stream);  // ends exactly once, whatever it means
    }
  }
}

TEST(Stream, BrokenStreamsSayHow) {
  const std::pair<std::string, std::string> table[] = {
      {"", "unavailable service svc: the answer is empty | "},
      {"data: [DONE]\n\n", "protocol service svc: the answer ended before it began | "},
      {"data: " + delta(R"("content":"so far")") + "\n\ndata: {\"cho",
       "unavailable service svc: the answer was cut short: the stream ended without its end mark | so far"},
      {"data: {\"a\n\n", "protocol service svc: the service sent what is no JSON object: {\"a | "},
      {"data: [1]\n\n", "protocol service svc: the service sent what is no JSON object: [1] | "},
      {"data: \xff\xfe\n\n",
       "protocol service svc: the service sent what is no JSON object: \xEF\xBF\xBD\xEF\xBF\xBD | "},
      {"data: " + delta(R"("content":"so far")") + "\n\n",
       "unavailable service svc: the answer was cut short: the stream ended without its end mark | so far"},
      {"data: " + delta(R"("content":"so far")") +
           "\n\ndata: {\"error\":{\"message\":\"overloaded\",\"code\":429}}\n\n",
       "exhausted service svc: it broke off: overloaded | so far"},
      {"event: error\ndata: {\"message\":\"gone\"}\n\n", "unavailable service svc: it broke off: gone | "},
      {"data: {\"object\":\"error\",\"message\":\"too long\",\"code\":400}\n\n",
       "invalid_argument service svc: it broke off: too long | "},
      {"data: {\"error\":\"context\"}\n\n", "unavailable service svc: it broke off: context | "},
      {events({delta(R"("tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}}])"),
               delta("", R"("tool_calls")")}),
       "protocol service svc: the service sent a tool call without the name of its tool | "},
      {events({delta("", R"("error")")}), "unavailable service svc: the service broke off with an error of its own | "},
      {R"({"choices":[]})", R"(protocol service svc: the answer has no choices: {"choices":[]} | )"},
      {"{\"id\":1", "protocol service svc: the service sent what is no JSON object: {\"id\":1 | "},
      {"<!DOCTYPE html><html><head><title>Sign in</title></head></html>",
       "protocol service svc: it answered with a web page titled \"Sign in\" in the place of the API; check baseUrl, "
       "which usually "
       "ends in /v1 | "},
  };
  for (const auto& [stream, expected] : table) EXPECT_EQ(ask(stream), expected) << stream;
}

TEST(Stream, HoldsItsLimits) {
  EXPECT_EQ(ask(in_pieces({"data: ", std::string((1 << 20) + 1, 'x')})),
            "too_large service svc: reading server-sent events: a line is above 1048576 bytes | ");
  std::vector<std::string> calls;
  for (int i = 0; i < 129; ++i) {
    calls.push_back(delta(R"("tool_calls":[{"index":)" + std::to_string(i) + R"(,"id":")" + std::to_string(i) +
                          R"(","function":{"name":"f"}}])"));
  }
  EXPECT_EQ(ask(events(calls)).substr(0, 72),
            "too_large service svc: the model calls more than 128 tools at once |  | ");
  const std::string comment = ":" + std::string(1 << 20, ' ').substr(2) + "\n";
  EXPECT_EQ(ask(in_pieces(std::vector<std::string>(65, comment))),
            "too_large service svc: the answer is above 64 MiB | ");
  const std::string blanks = std::string(1 << 20, ' ');
  std::vector<std::string> json(17, blanks);
  json.insert(json.begin(), "{");
  EXPECT_EQ(ask(in_pieces(json)), "too_large service svc: the answer is above 16 MiB of JSON | ");
}

// Trees of JSON are walked and copied recursively: what nests without end must not become one.
TEST(Stream, NestsWithoutEmptyingTheStack) {
  const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
  std::string deep_error;
  for (int i = 0; i < 60'000; ++i) deep_error += R"({"error":)";
  deep_error += "1" + std::string(60'000, '}');
  for (const std::string& text : {deep, deep_error}) {
    EXPECT_EQ(ask("event: error\ndata: " + text + "\n\n").rfind("unavailable service svc: it broke off: ", 0), 0u);
    EXPECT_EQ(ask("data: " + text + "\n\n").rfind("protocol service svc: ", 0), 0u);
    EXPECT_EQ(ask(text).rfind("protocol service svc: ", 0), 0u);
    EXPECT_EQ(ask(text.substr(0, 30'000) + text.substr(text.size() - 30'000), 500).rfind("unavailable ", 0), 0u);
  }
}

TEST(Stream, KeepsWholeCharactersOfLongNames) {
  std::string id;
  for (int i = 0; i < 100; ++i) id += "\xE2\x82\xAC";  // 300 bytes
  const std::string first = delta(R"("tool_calls":[{"index":0,"id":")" + id + R"(","function":{"name":")" + id +
                                  R"(","arguments":"{"}}])");
  const std::string second = delta(R"("tool_calls":[{"id":")" + id + R"(","function":{"name":"f","arguments":"}"}}])",
                                   R"("tool_calls")");
  EXPECT_EQ(ask(events({first, second})), "ok tool_calls |  | " + id.substr(0, 255) + "#" + id.substr(0, 255) + "{}");
  const std::string late_id = delta(R"("tool_calls":[{"index":0,"function":{"arguments":"{}"}}])");
  const std::string name = delta(R"("tool_calls":[{"index":0,"id":")" + id + R"(","function":{"name":"f"}}])",
                                 R"("tool_calls")");
  EXPECT_EQ(ask(events({late_id, name})), "ok tool_calls |  | f#" + id.substr(0, 255) + "{}");
}

TEST(Stream, BlanksInFrontMeanNothingHoweverTheyAreCut) {
  const std::string stream = events({delta(R"("content":"x")", R"("stop")")});
  EXPECT_EQ(ask(" \n" + stream), "ok stop | x");
  EXPECT_EQ(ask(in_pieces({" ", "\n", stream})), "ok stop | x");
  EXPECT_EQ(ask(" " + stream), ask(in_pieces({" ", stream})));
  const std::string whole = R"({"choices":[{"message":{"content":"all"},"finish_reason":"stop"}]})";
  EXPECT_EQ(ask(" \r\n" + whole), "ok stop | all");
  EXPECT_EQ(ask(in_pieces({" \r\n", whole})), "ok stop | all");
  EXPECT_EQ(ask(" <"), ask(in_pieces({" ", "<"})));
}

TEST(Stream, WrongUsageIsBounded) {
  EXPECT_EQ(ask(events({delta(R"("content":"x")", R"("stop")"),
                        R"({"choices":[],"usage":{"prompt_tokens":-5,"completion_tokens":18446744073709551615}})"})),
            "ok stop | x | 0+1000000000000");
  EXPECT_EQ(ask(events({delta(R"("content":"x")", R"("stop")"), R"({"choices":[],"usage":null})"})), "ok stop | x");
}

}  // namespace
}  // namespace chela::providers::openai
