#include "kernel/runtime/sessions/event.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::runtime {
namespace {

using nlohmann::json;

TEST(Event, TypesAreNamedAsTheProtocolNamesThem) {
  EXPECT_EQ(name_of(EventType::message_accepted), "message_accepted");
  EXPECT_EQ(name_of(EventType::assistant_done), "assistant_done");
  EXPECT_EQ(name_of(EventType::error), "error");
}

TEST(Event, IsOneJsonObjectWithoutEmptyMembers) {
  std::string out;
  EventWriter writer(out, EventType::tool_result, "s:1", 7);
  writer.text("inReplyToMessageId", "").text("toolName", "read").text("text", "a \"b\"\n\xFF");
  writer.number("durationMs", 12).raw("usage", R"({"inputTokens":1})");
  writer.finish();
  EXPECT_EQ(json::parse(out),
            json::parse(R"({"type":"tool_result","sessionId":"s:1","seq":7,"toolName":"read","text":"a \"b\"\n�",
                            "durationMs":12,"usage":{"inputTokens":1}})"));
  EXPECT_EQ(out.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace chela::runtime
