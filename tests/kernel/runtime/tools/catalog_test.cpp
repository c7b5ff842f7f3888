#include "kernel/runtime/tools/catalog.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

class ToolCatalogTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    auto& alpha = plugin("alpha");
    auto& beta = plugin("beta");
    write_manifest(alpha, R"("provides": [{"kind": "tool", "id": "alpha", "tools": [
      {"name": "read", "description": "Reads.", "parameters": {"type": "object"}, "parallel": true, "effects": ["read"]},
      {"name": "write", "description": "Writes.", "parameters": {"type": "object"}, "blocking": true}]}])");
    write_manifest(beta, R"("provides": [{"kind": "tool", "id": "beta", "tools": [
      {"name": "read", "description": "Reads otherwise.", "parameters": {}},
      {"name": "run", "description": "Runs.", "parameters": {}}]}])");
    open({&alpha, &beta});
  }
  std::vector<std::string> names(ToolSelection selection) {
    std::vector<std::string> out;
    for (const auto& tool : ToolCatalog(*set, std::move(selection)).list()) out.push_back(tool->name);
    return out;
  }
};

TEST_F(ToolCatalogTest, ListsTheToolsOfManifestsByName) {
  ToolCatalog catalog(*set, {});
  auto read = catalog.find("read");
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->plugin_id, "alpha");
  EXPECT_TRUE(read->parallel);
  EXPECT_FALSE(read->blocking);
  EXPECT_THAT(read->effects, ElementsAre("read"));
  EXPECT_TRUE(catalog.find("write")->blocking);
  EXPECT_EQ(catalog.find("reads"), nullptr);
  EXPECT_EQ(
      json::parse(*read->definition),
      json::parse(
          R"({"type":"function","function":{"name":"read","description":"Reads.","parameters":{"type":"object"}}})"));
  EXPECT_TRUE(plugins[0]->calls.empty());  // nothing was loaded
}

TEST_F(ToolCatalogTest, TheFirstOfTwoToolsOfOneNameHasIt) {
  ToolCatalog catalog(*set, {});
  ASSERT_EQ(catalog.diagnostics().size(), 1u);
  EXPECT_EQ(name_of(catalog.diagnostics()[0].code), "duplicate_tool_name");
  EXPECT_EQ(catalog.diagnostics()[0].plugin_id, "beta");
  EXPECT_EQ(catalog.diagnostics()[0].message, "the tool read of alpha comes first");
}

TEST_F(ToolCatalogTest, TheOperatorSelects) {
  EXPECT_THAT(names({}), ElementsAre("read", "run", "write"));
  EXPECT_THAT(names({.allow = {"*"}, .deny = {}}), ElementsAre("read", "run", "write"));
  EXPECT_THAT(names({.allow = {"run"}, .deny = {}}), ElementsAre("run"));
  EXPECT_THAT(names({.allow = {"group:alpha"}, .deny = {}}), ElementsAre("read", "write"));
  EXPECT_THAT(names({.allow = {"alpha"}, .deny = {"write"}}), ElementsAre("read"));
  EXPECT_THAT(names({.allow = {}, .deny = {"group:alpha"}}), ElementsAre("read", "run"));  // beta's
  EXPECT_THAT(names({.allow = {"run"}, .deny = {"*"}}), IsEmpty());
  EXPECT_THAT(names({.allow = {"nothing"}, .deny = {}}), IsEmpty());
}

TEST_F(ToolCatalogTest, PluginsThatAreOffHaveNoTools) {
  auto with = options({plugins[0].get(), plugins[1].get()});
  with.selection.deny = {"alpha"};
  open(std::move(with));
  EXPECT_THAT(names({}), ElementsAre("read", "run"));
}

// "ok ARGUMENTS", or what the model is told.
std::string checked(const char* schema, std::string_view arguments) {
  Tool tool{.name = "t", .plugin_id = "p", .description = "d"};
  tool.parameters = std::make_shared<const json>(json::parse(schema));
  auto result = check_arguments(tool, arguments);
  return result ? "ok " + *result : result.error().message;
}

TEST(ToolArguments, AreCheckedBeforeThePluginSeesThem) {
  constexpr const char* kSchema = R"({"type": "object", "required": ["path"], "properties": {
    "path": {"type": "string"}, "lines": {"type": "integer", "minimum": 1, "maximum": 9}, "ratio": {"type": "number"},
    "deep": {"type": "boolean"}, "list": {"type": "array"}, "map": {"type": "object"}, "none": {"type": "null"},
    "mode": {"enum": ["r", "w"]}, "any": {}, "either": {"type": ["string", "null"]}, "open": true}})";
  constexpr const char* kClosed = R"({"properties": {"path": {"type": "string"}}, "additionalProperties": false})";
  struct Row {
    const char* schema;
    const char* arguments;
    const char* expected;
  };
  const Row kTable[] = {
      {kSchema, R"({"path": "a"})", R"(ok {"path":"a"})"},
      {kSchema, R"(  {"path":"a","more":1} )", R"(ok {"more":1,"path":"a"})"},
      {kSchema, "", "t needs the argument `path`"},
      {kSchema, "{}", "t needs the argument `path`"},
      {kSchema, "nonsense", "the arguments of t are not a JSON object; send them again as one"},
      {kSchema, R"({"path": "a")", "the arguments of t are not a JSON object; send them again as one"},
      {kSchema, R"(["path"])", "the arguments of t are not a JSON object; send them again as one"},
      {kSchema, "null", "the arguments of t are not a JSON object; send them again as one"},
      {kSchema, R"({"path": 1})", "t: `path` must be of type string"},
      {kSchema, R"({"path": null})", "t: `path` must be of type string"},
      {kSchema, R"({"path": "a", "lines": "3"})", "t: `lines` must be of type integer"},
      {kSchema, R"({"path": "a", "lines": 1.5})", "t: `lines` must be of type integer"},
      {kSchema, R"({"path": "a", "lines": 3.0})", R"(ok {"lines":3.0,"path":"a"})"},
      {kSchema, R"({"path": "a", "lines": 0})", "t: `lines` must be at least 1"},
      {kSchema, R"({"path": "a", "lines": 10})", "t: `lines` must be at most 9"},
      {kSchema, R"({"path": "a", "ratio": 1})", R"(ok {"path":"a","ratio":1})"},
      {kSchema, R"({"path": "a", "ratio": "1"})", "t: `ratio` must be of type number"},
      {kSchema, R"({"path": "a", "deep": "true"})", "t: `deep` must be of type boolean"},
      {kSchema, R"({"path": "a", "list": {}})", "t: `list` must be of type array"},
      {kSchema, R"({"path": "a", "map": []})", "t: `map` must be of type object"},
      {kSchema, R"({"path": "a", "none": 0})", "t: `none` must be of type null"},
      {kSchema, R"({"path": "a", "mode": "x"})", R"(t: `mode` must be one of ["r","w"])"},
      {kSchema, R"({"path": "a", "any": [1], "either": 1, "open": 1})",
       R"(ok {"any":[1],"either":1,"open":1,"path":"a"})"},
      {kClosed, R"({"paht": "a"})", "t has no argument `paht`"},
      {kClosed, "", "ok {}"},
      {R"({})", R"({"a": 1e999})", "the arguments of t are not a JSON object; send them again as one"},
      {R"({"properties": [], "required": {}})", R"({"a": 1})", R"(ok {"a":1})"},
      {R"({"required": [5, "a"]})", R"({"a": 1})", R"(ok {"a":1})"},
  };
  for (const auto& row : kTable) EXPECT_EQ(checked(row.schema, row.arguments), row.expected) << row.arguments;
}

TEST(ToolArguments, AreReadToTheirEnd) {
  EXPECT_EQ(checked("{}", std::string(R"({"a":1})") + '\0' + "rest"),
            "the arguments of t are not a JSON object; send them again as one");
}

TEST(ToolArguments, HaveALimitOfDepth) {
  std::string deep = R"({"a":)" + std::string(500'000, '[') + std::string(500'000, ']') + "}";
  EXPECT_EQ(checked("{}", deep), "the arguments of t nest deeper than 64 levels; send simpler ones");
  EXPECT_EQ(
      checked("{}", R"({"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})").substr(0, 2),
      "ok");
}

}  // namespace
}  // namespace chela::runtime
