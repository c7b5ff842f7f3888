#include "kernel/core/config/overlay.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kernel/core/config/schema.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

json schema() {
  return *prepare_schema(R"({"type": "object", "properties": {
    "gateway": {"type": "object", "properties": {
      "port": {"type": "integer", "x-env": ["OPENCLAW_GATEWAY_PORT"]},
      "on": {"type": "boolean"},
      "mode": {"enum": ["auto", "off"]},
      "rate": {"type": "number"},
      "note": {"type": "string"},
      "either": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
      "origins": {"type": "array", "items": {"type": "string"}},
      "ports": {"type": "array", "items": {"type": "integer"}},
      "auth": {"type": "object", "properties": {"token": {"type": "string", "x-env": ["GATEWAY_TOKEN", "AUTH_TOKEN"]}}},
      "map": {"type": "object", "additionalProperties": {"type": "object", "properties": {"url": {"type": "string"}}}}}}}})")
              .schema;
}

TEST(ReadValue, FollowsTheSchema) {
  const std::tuple<const char*, const char*, const char*> kTable[] = {
      {"gateway.port", "8080", "8080"},
      {"gateway.port", "0x10", "16"},
      {"gateway.on", "yes", "true"},
      {"gateway.on", "0", "false"},
      {"gateway.mode", "off", "\"off\""},
      {"gateway.rate", "1.5", "1.5"},
      {"gateway.rate", "2", "2"},
      {"gateway.note", "8080", "\"8080\""},
      {"gateway.note", "true", "\"true\""},
      {"gateway.note", "", "\"\""},
      {"gateway.either", "true", "true"},
      {"gateway.either", "on", "\"on\""},
      {"gateway.origins", "https://a, https://b", R"(["https://a","https://b"])"},
      {"gateway.origins", "['x,y']", R"(["x,y"])"},
      {"gateway.origins", "", "[]"},
      {"gateway.ports", "1,2", "[1,2]"},
      {"gateway.map", "{a: {url: 'x'}}", R"({"a":{"url":"x"}})"},
      {"unknown", "5", "5"},
      {"unknown", "text", "\"text\""},
      {"unknown", "[1", "\"[1\""},
  };
  for (auto [path, text, value] : kTable) {
    json whole = schema();
    auto read = read_value(find_schema(whole, *Path::parse(path)), text);
    ASSERT_TRUE(read) << path << '=' << text << ": " << read.error().message;
    EXPECT_EQ(read->dump(), value) << path << '=' << text;
  }
  for (auto [path, text] : {std::pair{"gateway.port", "http"}, {"gateway.port", ""}, {"gateway.on", "perhaps"},
                            {"gateway.ports", "1,x"}, {"gateway.map", "x"}}) {
    json whole = schema();
    EXPECT_FALSE(read_value(find_schema(whole, *Path::parse(path)), text)) << path << '=' << text;
  }
}

TEST(Environment, IsLaidOverTheFile) {
  json document = json::parse(R"({"gateway": {"port": 1, "origins": ["a", "b"]}})");
  Environment environment = {{"OPENCLAW_GATEWAY_PORT", "2"},
                             {"GATEWAY_TOKEN", ""},
                             {"AUTH_TOKEN", "secret"},
                             {"CHELA__gateway__port", "3"},
                             {"CHELA__GATEWAY__ON", "1"},
                             {"CHELA__gateway__origins__1", "c"},
                             {"CHELA__gateway__origins__2", "d"},
                             {"CHELA__gateway__map__host__url", "u"},
                             {"PATH", "/bin"}};
  auto [overrides, problems] = apply_environment(schema(), environment, document);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(document, json::parse(R"({"gateway": {"port": 3, "on": true, "origins": ["a", "c", "d"],
                                      "auth": {"token": "secret"}, "map": {"host": {"url": "u"}}}})"));
  EXPECT_EQ(overrides.back().path.text(), "$.gateway.port");
  EXPECT_EQ(overrides.back().origin.where, "environment variable CHELA__gateway__port");
}

TEST(Environment, ReportsWhatItCannotApply) {
  json document = json::object();
  Environment environment = {
      {"CHELA__gateway__port", "many"}, {"CHELA__gateway__origins__3", "x"}, {"CHELA____x", "1"}};
  auto [overrides, problems] = apply_environment(schema(), environment, document);
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(text_of(problems[2]),
            "environment variable CHELA__gateway__port: $.gateway.port: expected a whole number (config_bad_override)");
  EXPECT_TRUE(overrides.empty());
}

TEST(Environment, AndSettingsAreUtf8) {
  json document = json::object();
  Environment environment = {{"CHELA__gateway__note", "caf\xE9"}, {"CHELA__gateway__\xE9", "x"}};
  auto problems = apply_environment(schema(), environment, document).problems;
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(text_of(problems[0]), "environment variable CHELA__gateway__note: $: the setting is not UTF-8, as every text of "
                                  "the configuration is (config_bad_override)");
  EXPECT_EQ(problems[1].where, "environment variable CHELA__gateway__\xEF\xBF\xBD");
  for (std::string bad : {"gateway.note=caf\xE9", "gateway[\"\xE9\"]=x"}) {
    EXPECT_EQ(apply_settings(schema(), {bad}, document).problems.size(), 1u) << bad;
  }
  EXPECT_EQ(document, json::object());
}

TEST(Settings, LaterOnesWin) {
  json document = json::object();
  auto [overrides, problems] = apply_settings(
      schema(), {"gateway.port=1", "gateway.port=2", "gateway.map[\"a=b\"].url=x=y", "gateway.origins[0]=o"}, document);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(document, json::parse(R"({"gateway": {"port": 2, "map": {"a=b": {"url": "x=y"}}, "origins": ["o"]}})"));
  for (std::string bad : {"gateway.port", "=1", "a..b=1", "gateway.port=x"}) {
    EXPECT_EQ(apply_settings(schema(), {bad}, document).problems.size(), 1u) << bad;
  }
}

}  // namespace
}  // namespace chela::config
