#include "kernel/runtime/tools/resolve.hpp"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/loop/join.hpp"
#include "kernel/runtime/tools/call.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;
using Factories = std::vector<ToolFactory>;

constexpr std::size_t kDepthMax = 64;

struct Made {
  Factories factories;  // of one plugin
  Result<std::string> tools;
};

Task<Made> ask(Loop& loop, plugins::PluginSet& plugins, Factories factories, std::string context) {
  static const std::function<void(std::string_view)> kNoProgress = [](std::string_view) {};
  Tool asked{.name = {}, .plugin_id = factories.front().plugin_id, .description = {}};
  for (const auto& factory : factories) asked.name += (asked.name.empty() ? "" : "\n") + factory.key;
  ToolInput input{.tool = std::make_shared<const Tool>(std::move(asked)),
                  .arguments = {},
                  .context = std::move(context),
                  .timeout = kResolveTimeout,
                  .resolve = true};
  auto tools = co_await call_tool(loop, plugins, std::move(input), kNoProgress, loop.shutdown_token());
  co_return Made{std::move(factories), std::move(tools)};
}

// The factory that a tool is from: its key begins with the factory's.
const ToolFactory& origin(const Factories& factories, const Json& entry) {
  auto key = entry.is_object() ? text_of(entry, "key") : std::string();
  auto found = std::ranges::find_if(factories, [&](const ToolFactory& f) { return key.starts_with(f.key); });
  return found == factories.end() ? factories.front() : *found;
}

Result<void> take(const ToolCatalog& catalog, const Made& made, std::vector<std::shared_ptr<const Tool>>& out) {
  if (!made.tools) return std::unexpected(made.tools.error());
  CHELA_TRY(auto list, parse_json(*made.tools, kDepthMax));
  if (!list.is_array()) return fail(ErrorCode::protocol, "its answer is not an array of tools");
  for (const auto& entry : list) {
    if (out.size() >= kMadeToolsMax) return fail(ErrorCode::exhausted, "more than {} tools were made", kMadeToolsMax);
    CHELA_TRY(auto tool, catalog.read_made(origin(made.factories, entry), entry));
    if (tool) out.push_back(std::move(tool));
  }
  return {};
}

}  // namespace

Task<std::vector<std::shared_ptr<const Tool>>> resolve_tools(Loop& loop, log::Logger logger,
                                                             plugins::PluginSet& plugins, const ToolCatalog& catalog,
                                                             std::string context) {
  std::map<std::string, Factories> by_plugin;
  for (const auto& factory : catalog.factories()) by_plugin[factory.plugin_id].push_back(factory);
  std::vector<Task<Made>> asking;
  for (auto& [plugin, factories] : by_plugin) asking.push_back(ask(loop, plugins, std::move(factories), context));
  auto answers = co_await join_all(std::move(asking));
  std::vector<std::shared_ptr<const Tool>> out;
  for (const auto& made : answers) {
    if (auto taken = take(catalog, made, out); !taken) {
      logger.warning("plugin {}: making its tools: {}", made.factories.front().plugin_id, taken.error().message);
    }
  }
  co_return out;
}

}  // namespace chela::runtime
