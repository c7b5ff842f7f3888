#include "plugin-sdk/conformance/arguments.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "plugin-sdk/conformance/streams.hpp"

namespace chela::conformance {
namespace {

using Json = nlohmann::json;

constexpr const char* kSchema = R"({"type":"object","required":["path"],"properties":{
  "path":{"type":"string"},"count":{"type":"integer","default":3}}})";

TEST(Arguments, ArePlainAndAsTheSchemaWantsThem) {
  const std::pair<const char*, const char*> rows[] = {
      {"{}", "{}"},
      {"no schema", "{}"},
      {kSchema, R"({"path":"chela"})"},
      {R"({"type":"object","required":["a"],"properties":{"a":{"enum":[7,8]}}})", R"({"a":7})"},
      {R"({"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":5}}})", R"({"a":5})"},
      {R"({"type":"object","required":["a"],"properties":{"a":{"type":"array","minItems":1,"items":{"type":"null"}}}})",
       R"({"a":[null]})"},
  };
  for (const auto& [schema, value] : rows) EXPECT_EQ(plain_value(schema), value) << schema;
}

TEST(Arguments, HaveTheDefaultsAndMembersOfTheirSchema) {
  EXPECT_EQ(default_values(kSchema), R"({"count":3})");
  EXPECT_EQ(member_names(kSchema), (std::vector<std::string>{"count", "path"}));
  EXPECT_TRUE(requires_members(kSchema));
}

TEST(Arguments, AreRepeatedFromTheirSeed) {
  const auto many = [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string all;
    for (int i = 0; i < 50; ++i) all += odd_object(kSchema, random) + broken_stream(random);
    return all;
  };
  EXPECT_EQ(many(7), many(7));
  EXPECT_NE(many(7), many(8));
}

TEST(Arguments, MeanTheSameInAnotherSpelling) {
  for (const char* json : {"{}", R"({"a":[1,-2.5e3,true,null],"b\"c":"\\ \u00e9 d","e":{}})"}) {
    const std::string other = respelled(json);
    EXPECT_NE(other, json);
    EXPECT_EQ(Json::parse(other, nullptr, false), Json::parse(json)) << other;
  }
}

TEST(Schemas, AreRefusedWithThePlaceThatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {"{}", ""},
      {kSchema, ""},
      {"[]", "it is no JSON object"},
      {R"({"type":"string"})", "its type is not \"object\""},
      {R"({"properties":{"a":{"type":"strnig"}}})", "$.a.type: \"strnig\" is no type"},
      {R"({"properties":{"a":{"type":["string","null"]}}})", ""},
      {R"({"properties":[]})", "$.properties is no object"},
      {R"({"required":"a"})", "$.required is no array"},
      {R"({"required":["a"],"additionalProperties":false})", "$.required: \"a\" is required and not allowed"},
      {R"({"properties":{"a":{"minLength":-1}}})", "$.a.minLength is no count"},
      {R"({"properties":{"a":{"maximum":"7"}}})", "$.a.maximum is no number"},
      {R"({"properties":{"a":{"enum":[]}}})", "$.a.enum is no array with values"},
      {R"({"properties":{"a":{"pattern":"(["}}})", "$.a.pattern is no regular expression"},
      {R"({"properties":{"a":{"items":7}}})", "$.a.items is no object"},
      {R"({"anyOf":[]})", "$.anyOf is no array with schemas"},
  };
  for (const auto& [schema, problem] : rows) EXPECT_EQ(schema_problem(schema), problem) << schema;
}

}  // namespace
}  // namespace chela::conformance
