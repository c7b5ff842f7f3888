#include "chela/json.hpp"

#include <gtest/gtest.h>

namespace chela {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, IsReadWithinItsDepth) {
  EXPECT_EQ(read_json(R"({"a":[1]})"), Json({{"a", {1}}}));
  EXPECT_FALSE(read_json(nested(64)).is_discarded());
  EXPECT_TRUE(read_json(nested(65)).is_discarded());
  EXPECT_TRUE(read_json(nested(1'000'000)).is_discarded());
  EXPECT_TRUE(read_json(std::string(1'000'000, '{')).is_discarded());
  EXPECT_FALSE(read_json(nested(3), 3).is_discarded());
  EXPECT_TRUE(read_json(nested(4), 3).is_discarded());
}

TEST(Json, BracketsInTextsDoNotNest) {
  EXPECT_FALSE(read_json('"' + std::string(1000, '[') + R"(\"[\\")").is_discarded());
  EXPECT_TRUE(read_json(R"(["\\",)" + nested(64) + "]").is_discarded());
}

TEST(Json, EndsWhereTheTextEnds) {
  EXPECT_TRUE(read_json(std::string_view("1\0", 2)).is_discarded());
  EXPECT_TRUE(read_json("1 2").is_discarded());
  EXPECT_TRUE(read_json("").is_discarded());
}

TEST(JsonReader, RefusesWhatIsNoObject) {
  EXPECT_EQ(JsonReader(R"({"a":1})", "arguments").get<int>("a"), 1);
  for (const auto& text : {std::string("[]"), std::string("{"), R"({"a":)" + nested(100'000) + "}"}) {
    EXPECT_THROW(JsonReader(text, "arguments"), Failure);
  }
}

}  // namespace
}  // namespace chela
