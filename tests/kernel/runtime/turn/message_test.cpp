#include "kernel/runtime/turn/message.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::runtime {
namespace {

using nlohmann::json;

TEST(Message, HasTheFormThatProvidersTake) {
  EXPECT_EQ(*system_message({"be kind"}), R"({"role":"system","content":"be kind"})");
  EXPECT_EQ(*user_message("hi\"}"), R"({"role":"user","content":"hi\"}"})");
  EXPECT_EQ(*tool_message("c1", "42"), R"({"role":"tool","tool_call_id":"c1","content":"42"})");
  EXPECT_EQ(*assistant_message("done", {}), R"({"role":"assistant","content":"done"})");
  EXPECT_EQ(*assistant_message("", {}), R"({"role":"assistant","content":""})");
  auto calls = json::parse(*assistant_message("", {{"c1", "read", R"({"p":"x"})"}, {"c2", "go", ""}}));
  EXPECT_EQ(calls, json::parse(R"({"role":"assistant","content":null,"tool_calls":[
    {"id":"c1","type":"function","function":{"name":"read","arguments":"{\"p\":\"x\"}"}},
    {"id":"c2","type":"function","function":{"name":"go","arguments":""}}]})"));
  EXPECT_EQ(json::parse(*assistant_message("look", {{"c1", "read", "{}"}}))["content"], "look");
}

}  // namespace
}  // namespace chela::runtime
