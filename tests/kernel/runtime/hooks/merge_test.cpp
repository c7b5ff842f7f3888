#include "kernel/runtime/hooks/merge.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::runtime {
namespace {

using nlohmann::json;

struct Row {
  const char* name;
  HookMerge how;
  std::vector<const char*> said;  // by one plugin after the other
  const char* merged;
  std::size_t asked;  // of them
};

const Row kRows[] = {
    {"the first model", HookMerge::model,
     {R"({"modelOverride":"a"})", R"({"modelOverride":"b","providerOverride":"p"})"},
     R"({"modelOverride":"a","providerOverride":"p"})", 2},
    {"texts one below the other", HookMerge::context,
     {R"({"prependContext":"a"})", R"({"prependContext":"b","appendContext":"c","other":1})"},
     R"({"prependContext":"a\n\nb","appendContext":"c"})", 2},
    {"a prompt", HookMerge::prompt,
     {R"({"systemPrompt":"s","toolsAllow":["x","y"]})",
      R"({"systemPrompt":"t","toolsAllow":["y","z"],"appendSystemContext":"e"})"},
     R"({"systemPrompt":"s","toolsAllow":["y"],"appendSystemContext":"e"})", 2},
    {"what is of another type is passed over", HookMerge::prompt,
     {R"({"systemPrompt":null,"toolsAllow":"x","prependContext":5})"}, "{}", 1},
    {"a pass", HookMerge::gate_run, {R"({"outcome":"pass"})", R"({"outcome":"pass"})"}, R"({"outcome":"pass"})", 2},
    {"a block ends it", HookMerge::gate_run,
     {R"({"outcome":"block","reason":"no"})", R"({"outcome":"pass"})"}, R"({"outcome":"block","reason":"no"})", 1},
    {"nonsense is a block", HookMerge::gate_run, {R"({"outcome":"maybe"})"},
     R"({"outcome":"block","reason":"the plugin gave no valid decision"})", 1},
    {"a block without a reason is one, too", HookMerge::gate_run, {R"({"outcome":"block"})"},
     R"({"outcome":"block","reason":"the plugin gave no valid decision"})", 1},
    {"finalize beats revise", HookMerge::finalize,
     {R"({"action":"revise","reason":"r"})", R"({"action":"finalize"})"}, R"({"action":"finalize"})", 2},
    {"revisions are added up", HookMerge::finalize,
     {R"({"action":"revise","reason":"a"})", R"({"action":"continue"})",
      R"({"action":"revise","reason":"b","retry":{"instruction":"i"}})"},
     R"({"action":"revise","reason":"a\n\nb","retry":{"instruction":"i"}})", 3},
    {"the last parameters", HookMerge::gate_tool, {R"({"params":{"a":1}})", R"({"params":{"a":2}})"},
     R"({"params":{"a":2}})", 2},
    {"parameters are settled once approval is asked for", HookMerge::gate_tool,
     {R"({"requireApproval":{"title":"t"}})", R"({"params":{"a":2},"requireApproval":{"title":"u"}})"},
     R"({"requireApproval":{"title":"t"}})", 2},
    {"a blocked tool", HookMerge::gate_tool, {R"({"block":true,"blockReason":"no"})", R"({"params":{}})"},
     R"({"block":true,"blockReason":"no"})", 1},
    {"later variables", HookMerge::environment, {R"({"A":"1","B":"1"})", R"({"A":"2","C":3})"},
     R"({"A":"2","B":"1"})", 2},
    {"a text on its way", HookMerge::sending, {R"({"content":"a"})", R"({"content":"b","cancel":true})", "{}"},
     R"({"content":"b","cancel":true})", 2},
    {"findings", HookMerge::findings, {R"({"findings":[1]})", R"({"findings":[2],"block":true,"blockReason":"x"})"},
     R"({"findings":[1,2],"block":true,"blockReason":"x"})", 2},
    {"a message", HookMerge::message, {R"({"message":{"a":1}})", R"({"block":true})", "{}"},
     R"({"message":{"a":1},"block":true})", 2},
};

TEST(HookMerge, FollowsTheRulesOfThePoints) {
  for (const auto& row : kRows) {
    json merged;
    std::size_t asked = 0;
    for (const auto* said : row.said) {
      ++asked;
      if (merge_hook_result(row.how, merged, json::parse(said))) break;
    }
    EXPECT_EQ(merged, json::parse(row.merged)) << row.name;
    EXPECT_EQ(asked, row.asked) << row.name;
  }
}

TEST(HookMerge, ShowsTheNextPluginWhatHasChanged) {
  json event = {{"params", {{"a", 1}}}, {"content", "c"}};
  show_merged(HookMerge::gate_tool, event, {{"params", {{"a", 2}}}, {"content", "d"}});
  EXPECT_EQ(event, json::parse(R"({"params":{"a":2},"content":"c"})"));
  show_merged(HookMerge::sending, event, {{"content", "d"}});
  EXPECT_EQ(event["content"], "d");
}

TEST(HookMerge, RefusesInTheWordsOfThePoint) {
  EXPECT_EQ(hook_refusal(HookMerge::gate_run, "r"), json::parse(R"({"outcome":"block","reason":"r"})"));
  EXPECT_EQ(hook_refusal(HookMerge::gate_tool, "r"), json::parse(R"({"block":true,"blockReason":"r"})"));
}

TEST(HookPoint, IsFoundByItsName) {
  for (std::size_t i = 0; i < kHookPoints; ++i) {
    auto point = static_cast<HookPoint>(i);
    EXPECT_EQ(find_hook_point(name_of(point)), point);
  }
  EXPECT_FALSE(find_hook_point("before_lunch"));
  EXPECT_EQ(row_of(HookPoint::before_tool_call).timeout, std::chrono::seconds(15));
  EXPECT_EQ(row_of(HookPoint::message_received).timeout, std::chrono::seconds(30));
}

TEST(HookPoint, IsHeardByItsFamilyWhenItIsAnInternalOne) {
  EXPECT_TRUE(hears_point("internal:message", HookPoint::internal_message_sent));
  EXPECT_TRUE(hears_point("internal:message:sent", HookPoint::internal_message_sent));
  EXPECT_FALSE(hears_point("internal:mess", HookPoint::internal_message_sent));
  EXPECT_FALSE(hears_point("message", HookPoint::message_sent));
  EXPECT_FALSE(hears_point("internal", HookPoint::message_sent));
}

}  // namespace
}  // namespace chela::runtime
