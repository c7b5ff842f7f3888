#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "kernel/core/protocol/provider.hpp"
#include "kernel/core/protocol/tool.hpp"
#include "kernel/core/protocol/turn.hpp"
#include "tests/paths.hpp"

#include "kernel/core/protocol/read_again.inc"

namespace chela::protocol {
namespace {

using nlohmann::json;

TEST(Protocol, ReadsWhatItWrites) {
  ToolCallParams params;
  params.plugin = "time";
  params.key = "current_time";
  params.arguments = R"({"a":[1,{"b":"\u00e9"}]})";
  params.context = "{}";
  params.timeout_ms = 5000;
  auto text = to_json(params);
  EXPECT_EQ(text, R"({"plugin":"time","key":"current_time","arguments":{"a":[1,{"b":"\u00e9"}]},"context":{},"timeoutMs":5000})");
  auto read = read_tool_call_params(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->arguments, params.arguments);
  EXPECT_EQ(read->timeout_ms, 5000u);
  EXPECT_FALSE(read->tool_call_id);
  EXPECT_EQ(to_json(*read), text);

  ToolCallResult result;
  result.content = {{ToolContentType::text, "grüße \"x\"\n", {}, {}}, {ToolContentType::image, {}, "aGk=", "image/png"}};
  result.is_error = false;
  auto again = read_tool_call_result(to_json(result));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->content[0].text, "grüße \"x\"\n");
  EXPECT_EQ(again->content[1].type, ToolContentType::image);
  EXPECT_TRUE(again->details.empty());
}

TEST(Protocol, SaysWhatIsWrongAndWhere) {
  const std::tuple<const char*, const char*, const char*, const char*> kTable[] = {
      {"tool.call", "params", "{}", "tool.call params.plugin: missing"},
      {"tool.call", "params", "[]", "tool.call params: not an object"},
      {"tool.call", "params", R"({"plugin":5})", "tool.call params.plugin: not a string"},
      {"tool.call", "result", R"({"content":[{"type":"text"},{"type":"video"}]})",
       "tool.call result.content[1].type: none of text, image"},
      {"tool.call", "result", R"({"content":{}})", "tool.call result.content: not an array"},
      {"tool.call", "result", R"({"content":[],"isError":1})", "tool.call result.isError: not true or false"},
      {"tool.call", "params", R"({"plugin":"a","key":"b","arguments":[],"context":{}})",
       "tool.call params.arguments: not an object"},
      {"tool.call", "params", R"({"plugin":"a","key":"b","arguments":{},"context":{},"timeoutMs":-1})",
       "tool.call params.timeoutMs: less than 0"},
      {"tool.call", "params", R"({"plugin":"a","key":"b","arguments":{},"context":{},"timeoutMs":1.5})",
       "tool.call params.timeoutMs: not an integer"},
      {"turn.run", "result", R"({"queuedFinal":true,"counts":{"tool":1,"block":2}})", "turn.run result.counts.final: missing"},
      {"call.credit", "params", R"({"call":1,"add":65537})", "call.credit params.add: more than 65536"},
      {"tool.call", "event", R"({"text":null})", "tool.call event.text: not a string"},
  };
  for (auto [method, part, text, expected] : kTable) {
    auto read = read_again(method, part, text);
    EXPECT_EQ(read ? *read : read.error().message, expected) << text;
  }
  auto letters = [](std::size_t count) {
    std::string name;
    for (std::size_t i = 0; i < count; ++i) name += "é";
    return json{{"plugin", name}, {"key", "k"}, {"arguments", json::object()}, {"context", json::object()}}.dump();
  };
  EXPECT_TRUE(read_tool_call_params(letters(64))) << "code points count";
  EXPECT_EQ(read_tool_call_params(letters(65)).error().message, "tool.call params.plugin: longer than 64 characters");
}

TEST(Protocol, TheLastOfTwoMembersCounts) {
  auto read = read_tool_call_event(R"({"text":5,"text":"x","t\u0065xt":"y"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text, "y");
}

// Documents of tests/e2e/protocol_documents.mjs with the verdicts of a validator that knows nothing of Chela.
TEST(Protocol, AgreesWithAnIndependentValidator) {
  std::ifstream file(source_dir() / "tests" / "kernel" / "core" / "protocol" / "documents.jsonl");
  ASSERT_TRUE(file);
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    auto row = json::parse(line);
    auto read = read_again(row["method"].get<std::string>(), row["part"].get<std::string>(), row["text"].get<std::string>());
    EXPECT_EQ(read.has_value(), row["valid"].get<bool>()) << line << (read ? "" : read.error().message);
    if (!read) {
      EXPECT_EQ(read.error().message, row["error"].get<std::string>()) << line;
      continue;
    }
    // What is written is the document without what nobody knows.
    EXPECT_EQ(json::parse(*read), row["known"]) << line;
  }
  EXPECT_GT(count, 600);
}

}  // namespace
}  // namespace chela::protocol
