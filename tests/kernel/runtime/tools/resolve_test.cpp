#include "kernel/runtime/tools/resolve.hpp"

#include <nlohmann/json.hpp>

#include "kernel/runtime/tools/call.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using plugins::from_abi;
using plugins::to_abi;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ResolveTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(maker, R"("provides": [{"kind": "tool", "id": "maker",
      "tools": [{"name": "fixed", "description": "d", "parameters": {}}],
      "factories": [{"key": "tool:one", "names": ["made"]}, {"key": "tool:two", "names": ["rare"], "optional": true}]}])");
    maker.tool_names = "fixed\n";
    maker.on_start_tool = [this](const chela_tool_request& request, const chela_tool_call* call, auto*) {
      called.emplace_back(from_abi(request.tool));
      call->complete(call, CHELA_OK, to_abi("ran"));
      return CHELA_OK;
    };
    maker.on_resolve_tools = [this](const chela_tool_request& request, const chela_tool_call* call, auto*) {
      asked.emplace_back(from_abi(request.tool));
      context = from_abi(request.context);
      call->complete(call, CHELA_OK, to_abi(answer));
      return CHELA_OK;
    };
    open({&maker});
  }
  std::vector<std::shared_ptr<const Tool>> resolve(ToolSelection selection = {}) {
    catalog.emplace(*set, std::move(selection));
    return await(resolve_tools(loop, logger, *set, *catalog, R"({"agentId":"main"})"));
  }
  static std::vector<std::string> names(const std::vector<std::shared_ptr<const Tool>>& tools) {
    std::vector<std::string> out;
    for (const auto& tool : tools) out.push_back(tool->name);
    return out;
  }

  plugins::ScriptedPlugin& maker = plugin("maker");
  std::string answer = R"([{"key":"tool:one/made","name":"made","description":"d","parameters":{}}])";
  std::vector<std::string> asked, called;
  std::string context;
  std::optional<ToolCatalog> catalog;
};

TEST_F(ResolveTest, MakesToolsThatAreCalledByTheirKeys) {
  auto tools = resolve();
  EXPECT_THAT(names(tools), ElementsAre("made"));
  EXPECT_THAT(asked, ElementsAre("tool:one"));  // the optional one was not asked for
  EXPECT_EQ(context, R"({"agentId":"main"})");
  std::function<void(std::string_view)> no_progress = [](std::string_view) {};
  ToolInput input{.tool = tools[0], .arguments = "{}", .context = "{}"};
  EXPECT_EQ(await(call_tool(loop, *set, std::move(input), no_progress, {})).value(), "ran");
  EXPECT_THAT(called, ElementsAre("tool:one/made"));
}

TEST_F(ResolveTest, TheOperatorSelects) {
  answer = R"([{"key":"tool:two/rare","name":"rare","description":"d","parameters":{}},
               {"key":"tool:two/more","name":"more","description":"d","parameters":{}}])";
  EXPECT_THAT(names(resolve({.allow = {"rare"}})), ElementsAre("rare"));
  EXPECT_THAT(asked, ElementsAre("tool:two"));
  EXPECT_THAT(resolve({.deny = {"maker"}}), IsEmpty());
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(ResolveTest, WhatIsNoToolIsLoggedAndLeftOut) {
  for (const auto* bad : {"nonsense", "{}", R"([{"name":"made"}])", R"([5])",
                          R"([{"key":"k","name":"has space","description":"d","parameters":{}}])"}) {
    answer = bad;
    EXPECT_THAT(resolve(), IsEmpty()) << bad;
  }
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("plugin maker: making its tools: ")));
}

TEST_F(ResolveTest, APluginThatCannotIsLogged) {
  maker.on_resolve_tools = nullptr;
  EXPECT_THAT(resolve(), IsEmpty());
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("plugin maker: making its tools: ")));
}

}  // namespace
}  // namespace chela::runtime
