#include "kernel/core/config/schema.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace chela::config {
namespace {

using nlohmann::json;

json prepared(std::string_view text) {
  auto [schema, problems] = prepare_schema(text);
  for (const auto& problem : problems) ADD_FAILURE() << text_of(problem);
  return schema ? *schema : json();
}

constexpr std::string_view kSchema = R"({
  "type": "object", "additionalProperties": false, "required": ["name"],
  "$defs": {"secret": {"anyOf": [{"type": "string", "minLength": 1},
                                  {"type": "object", "required": ["source", "id"], "additionalProperties": false,
                                   "properties": {"source": {"enum": ["env", "file"]}, "id": {"type": "string"}}}]}},
  "properties": {
    "name": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
    "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 18789},
    "ratio": {"type": "number", "exclusiveMinimum": 0},
    "mode": {"enum": ["none", "token", "password"], "default": "none"},
    "version": {"const": 1},
    "on": {"type": "boolean"},
    "tags": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true, "items": {"type": "string"}},
    "step": {"type": "integer", "multipleOf": 5},
    "token": {"$ref": "#/$defs/secret", "description": "the token"},
    "apiKey": {"type": "string", "enum": ["a", "b"]},
    "limits": {"type": "object", "additionalProperties": false,
               "properties": {"bytes": {"type": "integer", "default": 5}, "list": {"type": "array"}}},
    "map": {"type": "object", "maxProperties": 1,
            "additionalProperties": {"type": "object", "properties": {"x": {"type": "integer", "default": 7}}}},
    "nothing": {"not": {"type": "string"}}
  }})";

std::vector<std::string> shown(const json& schema, const char* document) {
  std::vector<std::string> lines;
  for (const auto& problem : validate(schema, json::parse(document))) lines.push_back(text_of(problem));
  return lines;
}

TEST(Validate, SaysWhatWasExpectedAndWhatWasFound) {
  json schema = prepared(kSchema);
  const std::pair<const char*, const char*> kTable[] = {
      {R"({})", R"($.name: the key "name" is required here (config_required_missing))"},
      {R"({"name": 5})", "$.name: expected a text of the form ^[a-z]+$, found 5 (config_type_mismatch)"},
      {R"({"name": "AB"})", R"($.name: expected a text of the form ^[a-z]+$, found "AB" (config_pattern_mismatch))"},
      {R"({"name": "ab", "port": 0})", "$.port: expected a whole number from 1 to 65535, found 0 (config_minimum)"},
      {R"({"name": "ab", "port": 65536})",
       "$.port: expected a whole number from 1 to 65535, found 65536 (config_maximum)"},
      {R"({"name": "ab", "port": "80"})",
       R"($.port: expected a whole number from 1 to 65535, found "80" (config_type_mismatch))"},
      {R"({"name": "ab", "port": 1.5})",
       "$.port: expected a whole number from 1 to 65535, found 1.5 (config_type_mismatch)"},
      {R"({"name": "ab", "ratio": 0})", "$.ratio: expected a number, found 0 (config_minimum)"},
      {R"({"name": "ab", "mode": "tokn"})",
       R"($.mode: expected one of "none", "token" or "password", found "tokn", did you mean "token"? (config_enum_mismatch))"},
      {R"({"name": "ab", "version": 2})", "$.version: expected 1, found 2 (config_const_mismatch)"},
      {R"({"name": "ab", "on": "yes"})", R"($.on: expected true or false, found "yes" (config_type_mismatch))"},
      {R"({"name": "ab", "tags": []})", "$.tags: expected a list of 1 to 2 items, found 0 items (config_min_items)"},
      {R"({"name": "ab", "tags": ["a", "b", "c"]})",
       "$.tags: expected a list of 1 to 2 items, found 3 items (config_max_items)"},
      {R"({"name": "ab", "tags": ["a", "a"]})", "$.tags: the list holds the same item twice (config_unique_items)"},
      {R"({"name": "ab", "tags": [1]})", "$.tags[0]: expected a text, found 1 (config_type_mismatch)"},
      {R"({"name": "ab", "step": 7})", "$.step: expected a multiple of 5, found 7 (config_multiple_of)"},
      {R"({"name": "ab", "token": 5})",
       "$.token: expected a text that is not empty or an object, found 5 (config_any_of_mismatch)"},
      {R"({"name": "ab", "token": {"source": "evn", "id": "X"}})",
       R"($.token.source: expected one of "env" or "file", found "evn", did you mean "env"? (config_enum_mismatch))"},
      {R"({"name": "ab", "token": {"source": "env"}})",
       R"($.token.id: the key "id" is required here (config_required_missing))"},
      {R"({"name": "ab", "apiKey": "hunter2"})",
       R"($.apiKey: expected one of "a" or "b", found a text (config_enum_mismatch))"},
      {R"({"name": "ab", "map": {"a": {}, "b": {}}})",
       "$.map: expected an object, found an object (config_max_properties)"},
      {R"({"name": "ab", "map": {"a b": {"x": "y"}}})",
       R"($.map["a b"].x: expected a whole number, found "y" (config_type_mismatch))"},
      {R"({"name": "ab", "nothing": "x"})",
       "$.nothing: this combination of values is not allowed here (config_not_allowed)"},
      {R"({"name": "ab", "zzz": 1})", "$.zzz: unknown key (config_additional_property)"},
      {R"([])", "$: expected an object, found a list (config_type_mismatch)"},
  };
  for (auto [document, line] : kTable) EXPECT_EQ(shown(schema, document), std::vector<std::string>{line}) << document;
  EXPECT_TRUE(shown(schema, R"({"name": "ab", "port": 80, "token": "x", "map": {"a": {"x": 1}}})").empty());
}

TEST(Validate, ReportsEverythingAtOnce) {
  auto lines = shown(prepared(kSchema), R"({"port": "x", "mode": 1, "tags": [1, "a", 2], "limits": {"list": 1}})");
  EXPECT_EQ(lines.size(), 7u);  // name, port, mode, three items, list: max items and two types
}

TEST(Validate, RefusesNumbersWithoutEnd) {
  json schema = prepared(kSchema);
  json document = {{"name", "ab"}, {"ratio", std::numeric_limits<double>::quiet_NaN()}};
  auto problems = validate(schema, document);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].path, "$.ratio");
}

TEST(Validate, HostilePatternsNeitherHangNorOverflow) {
  json schema = prepared(R"({"properties": {"a": {"pattern": "^(a+)+$"}, "b": {"pattern": "^(.|x)*$"}}})");
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(validate(schema, {{"a", std::string(200, 'a') + "!"}}).size(), 1u);
  EXPECT_TRUE(validate(schema, {{"b", std::string(1000, 'x')}}).empty());
  EXPECT_EQ(validate(schema, {{"b", std::string(1'000'000, 'x')}}).size(), 1u);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(PrepareSchema, RefusesWhatItCannotCheck) {
  const std::pair<std::string, const char*> kTable[] = {
      {"{", "invalid_schema"},
      {"[]", "invalid_schema"},
      {R"({"properties": {"a": 5}})", "invalid_schema"},
      {R"({"properties": 5})", "invalid_schema"},
      {R"({"type": "nonsense"})", "invalid_schema"},
      {R"({"$ref": "#/nowhere"})", "invalid_schema"},
      {R"({"$ref": "https://example.com/schema"})", "unsupported_schema_keyword"},
      {R"({"properties": {"a": {"$ref": "#"}}})", "unsupported_schema_keyword"},
      {R"({"pattern": "("})", "invalid_schema_pattern"},
      {R"({"pattern": ")" + std::string(600, 'x') + "\"}", "invalid_schema_pattern"},
      {std::string(300'000, ' '), "invalid_schema"},
      {R"({"default": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}", "invalid_schema"},
      {std::string("{}\0{", 4), "invalid_schema"},
      {R"({"$ref": "#/%zz"})", "invalid_schema"},
  };
  for (const auto& [text, code] : kTable) {
    auto [schema, problems] = prepare_schema(text);
    EXPECT_EQ(schema, nullptr) << text;
    ASSERT_FALSE(problems.empty()) << text;
    EXPECT_EQ(problems[0].code, code) << text_of(problems[0]);
  }
}

TEST(PrepareSchema, ReferencesArePercentEncodedPointers) {
  auto [schema, problems] = prepare_schema(
      R"({"$defs": {"a%b/c~d": {"type": "integer"}}, "properties": {"x": {"$ref": "#/%24defs/a%25b~1c~0d"}}})");
  ASSERT_NE(schema, nullptr);
  EXPECT_TRUE(validate(*schema, {{"x", 1}}).empty());
  EXPECT_FALSE(validate(*schema, {{"x", "1"}}).empty());
}

TEST(PrepareSchema, ReferencesCannotMultiplyWithoutBound) {
  json defs = {{"a0", {{"type", "string"}}}};
  for (int i = 1; i < 20; ++i) {
    json reference = {{"$ref", "#/$defs/a" + std::to_string(i - 1)}};
    defs["a" + std::to_string(i)] = {{"properties", {{"x", reference}, {"y", reference}, {"z", reference}}}};
  }
  auto [schema, problems] = prepare_schema(json{{"$defs", defs}, {"$ref", "#/$defs/a19"}}.dump());
  EXPECT_EQ(schema, nullptr);
}

TEST(PrepareSchema, LeavesOutWhatItDoesNotSupportAndSaysSo) {
  auto [schema, problems] = prepare_schema(
      R"({"type": "object", "patternProperties": {"^x": {"type": "string"}}, "additionalProperties": false})");
  ASSERT_NE(schema, nullptr);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].severity, Severity::warning);
  EXPECT_TRUE(validate(*schema, {{"xy", 1}}).empty());
}

TEST(UnknownKeys, AreFoundAnywhereWithTheNearestName) {
  json schema = prepared(kSchema);
  auto found = find_unknown_keys(schema, json::parse(R"({"prot": 1, "limits": {"byte": 1, "zzzzzz": 2},
      "token": {"source": "env", "idd": 1}, "map": {"any": {"free": 1}}})"));
  std::vector<std::string> lines;
  for (const auto& key : found) lines.push_back(key.path.text() + " " + key.nearest);
  EXPECT_EQ(lines, (std::vector<std::string>{"$.limits.byte bytes", "$.limits.zzzzzz ", "$.prot port",
                                             "$.token.idd id"}));
}

TEST(UnknownKeys, NamePartsThatNobodyOwns) {
  json schema = prepared(R"({"type": "object", "properties": {"web": {"type": "object"}},
      "x-unowned": "no such channel", "additionalProperties": {"type": "object"}})");
  auto found = find_unknown_keys(schema, json::parse(R"({"web": {}, "pigeon": {"a": 1}})"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].path.text(), "$.pigeon");
  EXPECT_EQ(found[0].unowned, "no such channel");
}

TEST(Defaults, AreFilledInDeeply) {
  json document = json::parse(R"({"mode": "token", "map": {"a": {}}})");
  fill_defaults(prepared(kSchema), document);
  EXPECT_EQ(document,
            json::parse(R"({"mode": "token", "port": 18789, "limits": {"bytes": 5}, "map": {"a": {"x": 7}}})"));
}

TEST(FindSchema, WalksFormsAndCorrectsCase) {
  json schema = prepared(kSchema);
  EXPECT_EQ(find_schema(schema, *Path::parse("token.source"))->at("enum").size(), 2u);
  EXPECT_EQ(find_schema(schema, *Path::parse("tags[5]"))->at("type"), "string");
  EXPECT_EQ(find_schema(schema, *Path::parse("absent")), nullptr);
  EXPECT_EQ(find_schema(schema, *Path::parse("LIMITS.Bytes")), nullptr);
  Path resolved;
  ASSERT_NE(find_schema(schema, *Path::parse("LIMITS.Bytes"), &resolved), nullptr);
  EXPECT_EQ(resolved.text(), "$.limits.bytes");
}

TEST(IsSecret, GoesByNameAndByMark) {
  json schema = prepared(R"({"properties": {"headers": {"type": "object", "writeOnly": true,
      "additionalProperties": {"type": "string"}}, "pass": {"type": "string", "writeOnly": true}}})");
  for (auto path : {"a.apiKey", "botToken", "x[0].clientSecret", "headers.X-Trace", "pass"}) {
    EXPECT_TRUE(is_secret(schema, *Path::parse(path))) << path;
  }
  for (auto path : {"name", "gateway.port", "headersOther"})
    EXPECT_FALSE(is_secret(schema, *Path::parse(path))) << path;
}

}  // namespace
}  // namespace chela::config
