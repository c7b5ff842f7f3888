#include "kernel/runtime/turn/message.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::runtime {
namespace {

using nlohmann::json;

TEST(Message, TextBecomesAJsonStringWhateverIsInIt) {
  std::string controls;
  for (int c = 0; c < 0x80; ++c) controls += static_cast<char>(c);
  for (const std::string& text :
       {std::string(), std::string("plain"), std::string("quote \" backslash \\ slash /"), std::string("\n\r\t\b\f"),
        controls, std::string("grüße 中文 🙂"), std::string("\xE2\x80\xA8\xE2\x80\xA9")}) {
    std::string out;
    append_json_string(out, text);
    EXPECT_EQ(json::parse(out).get<std::string>(), text);
    EXPECT_TRUE(std::ranges::all_of(out, [](unsigned char c) { return c >= 0x20; })) << "one line";
  }
}

TEST(Message, MalformedTextIsRepaired) {
  const std::pair<std::string, std::string> kTable[] = {{"a\xFF"
                                                         "b",
                                                         "a\uFFFDb"},
                                                        {"\xC3", "\uFFFD"},
                                                        {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
                                                        {"\xC0\xAF", "\uFFFD\uFFFD"}};
  for (const auto& [text, expected] : kTable) {
    std::string out;
    append_json_string(out, text);
    EXPECT_EQ(json::parse(out).get<std::string>(), expected);
  }
}

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
