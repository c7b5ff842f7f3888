#include "kernel/core/config/path.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::config {
namespace {

TEST(Path, ReadsAndWrites) {
  const std::pair<const char*, const char*> kTable[] = {
      {"", "$"},
      {"$", "$"},
      {"gateway.port", "$.gateway.port"},
      {"$.a.b[0]", "$.a.b[0]"},
      {"a.0", "$.a.0"},
      {"models[\"openai/gpt-4.1\"].alias", "$.models[\"openai/gpt-4.1\"].alias"},
      {"['it\\'s']", "$[\"it's\"]"},
      {"a[\"q\\\"\\\\\"]", "$.a[\"q\\\"\\\\\"]"},
      {"x-y.z_1", "$.x-y.z_1"},
  };
  for (auto [text, written] : kTable) {
    auto path = Path::parse(text);
    ASSERT_TRUE(path) << path.error().message;
    EXPECT_EQ(path->text(), written);
    EXPECT_EQ(Path::parse(path->text())->text(), written);
  }
}

TEST(Path, RefusesNonsense) {
  for (auto text :
       {"a..b", ".", "a.", "a[", "a[x]", "a[\"x]", "a[0]b", "a[01]", "a[-1]", "a[99999999999999999999999]"}) {
    EXPECT_FALSE(Path::parse(text)) << text;
  }
}

TEST(Path, FindsValues) {
  auto document = nlohmann::json::parse(R"({"a": [{"b": 1}], "0": 2})");
  EXPECT_EQ(*Path::parse("a[0].b")->find_in(document), 1);
  EXPECT_EQ(*Path::parse("a.0.b")->find_in(document), 1);
  EXPECT_EQ(*Path::parse("0")->find_in(document), 2);
  for (auto absent : {"a[1]", "a.b", "b", "a[0].b.c"})
    EXPECT_EQ(Path::parse(absent)->find_in(document), nullptr) << absent;
}

}  // namespace
}  // namespace chela::config
