#include "kernel/core/rpc/json_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"

namespace chela::rpc {
namespace {

bool accepted(std::string_view text) { return check_json(text, 64).has_value(); }

TEST(JsonCheck, AcceptsAsTheStandardSays) {
  for (auto good : {"0", "-0", "1.5", "-1.5e+10", "1E5", "590295810358705700000", "1e999", "true", "false", "null", R"("")",
                    R"("\"\\\/\b\f\n\r\t\u00e9\uD83D")", "[]", "{}", "[ ]", "{ }", "[[],[]]", R"({"a":[{"b":{}}],"":1})",
                    " \t\r\n1 ", R"({"a":1,"a":2})"}) {
    EXPECT_TRUE(accepted(good)) << good;
  }
  for (auto bad : {"", " ", "01", "+1", "-", "1.", ".5", "1e", "1e+", "0x1", "tru", "True", "nul", "nan", R"(")", R"("\x")",
                   R"("\u12g4")", R"("\)", "\"\n\"", "\"\t\"", "[", "]", "[1", "[1,]", "[,1]", "[1 2]", "[1}", "{]", "{\"a\"}",
                   R"({"a":})", R"({"a":1,})", R"({,"a":1})", R"({"a":1 "b":2})", "{a:1}", "{1:1}", "1 2", "[]]", "{}{}",
                   "'a'", "[1]x", "/**/1", "{\"a\":1]"}) {
    EXPECT_FALSE(accepted(bad)) << bad;
  }
  EXPECT_FALSE(accepted(std::string_view("1\0", 2)));
  EXPECT_FALSE(accepted(std::string_view("\"a\0b\"", 5)));
}

TEST(JsonCheck, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(check_json(R"({"a" 1})", 9).error().message, "it is not valid JSON: no colon after a key at byte 5");
  EXPECT_EQ(check_json("[[[1]]]", 2).error().message, "it is not valid JSON: it nests too deep at byte 3");
  EXPECT_TRUE(check_json("[[1],[1],{}]", 2));
}

TEST(JsonCheck, AgreesWithAnotherParserOnDamagedTexts) {
  const std::string whole = R"({"a":[1,-2.5e3,{"b":"x\n\u00e9\\"},[],{}],"c":{"d":null,"e":true},"f":""})";
  constexpr std::string_view kBytes = "{}[]\",:\\0123456789.eE+-tfnu \n\x01";
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    auto text = whole;
    for (auto damages = random() % 3 + 1; damages > 0; --damages) {
      auto at = random() % text.size();
      auto byte = kBytes[random() % kBytes.size()];
      switch (random() % 3) {
        case 0: text[at] = byte; break;
        case 1: text.erase(at, random() % 4); break;
        default: text.insert(at, 1, byte);
      }
    }
    // It refuses numbers out of range and lone surrogates, too, of which the damage makes none.
    ASSERT_EQ(accepted(text), nlohmann::json::accept(text)) << text;
  }
}

}  // namespace
}  // namespace chela::rpc
