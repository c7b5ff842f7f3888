#include "kernel/core/base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace chela {
namespace {

using namespace std::string_view_literals;

std::string verdict(std::string_view text, JsonComments comments = JsonComments::refused) {
  auto value = parse_json(text, 3, comments);
  return value ? value->dump() : value.error().message;
}

TEST(ParseJson, ReadsWhatIsJson) {
  EXPECT_EQ(verdict(R"({"a":[1,-2.5,"x",null,true]})"), R"({"a":[1,-2.5,"x",null,true]})");
  EXPECT_EQ(verdict(" 7 "), "7");
  EXPECT_EQ(verdict("\xEF\xBB\xBF{}"), "{}");
  EXPECT_EQ(verdict(R"(["\u0000"])"), R"(["\u0000"])");
}

TEST(ParseJson, RefusesTheRest) {
  for (auto text : {""sv, "{"sv, "{} x"sv, "[1,]"sv, "\"\xff\""sv, "[\"\\ud800\"]"sv, "[1e999]"sv, "// c\n1"sv}) {
    EXPECT_EQ(verdict(text), "is not valid JSON") << text;
  }
}

TEST(ParseJson, ANulDoesNotEndTheText) {
  EXPECT_EQ(verdict("123\0"sv), "is not valid JSON");
  EXPECT_EQ(verdict("{}\0{}"sv), "is not valid JSON");
  EXPECT_EQ(verdict("\0"sv), "is not valid JSON");
  EXPECT_EQ(verdict("{} // \0"sv, JsonComments::skipped), "is not valid JSON");
}

TEST(ParseJson, BoundsTheDepth) {
  EXPECT_EQ(verdict("[[[1]]]"), "[[[1]]]");
  EXPECT_EQ(verdict("[[[[1]]]]"), "nests deeper than 3 levels");
  EXPECT_EQ(verdict(std::string(100'000, '[')), "nests deeper than 3 levels");
}

TEST(ParseJson, SkipsCommentsWhereAskedFor) {
  EXPECT_EQ(verdict("{/* a */} // b", JsonComments::skipped), "{}");
}

TEST(ObjectOf, IsAnObjectWhateverTheText) {
  EXPECT_EQ(object_of(R"({"a": 1})").size(), 1u);
  for (const char* text : {"", "{", "[1]", "null", "\"a\""}) EXPECT_EQ(object_of(text), nlohmann::json::object()) << text;
}

TEST(TextOf, IsTheMemberWhenItIsText) {
  auto object = object_of(R"({"a": "x", "b": 1, "c": null})");
  EXPECT_EQ(text_of(object, "a"), "x");
  for (const char* key : {"b", "c", "d"}) EXPECT_EQ(text_of(object, key), "") << key;
}

}  // namespace
}  // namespace chela
