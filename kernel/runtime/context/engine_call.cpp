#include "kernel/runtime/context/engine_call.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/runtime/capabilities/capability_call.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kNamesMax = 256;
constexpr Duration kDescribeTime = std::chrono::seconds(10);  // the factory of an engine runs now
constexpr std::array<std::string_view, 6> kHostCapabilities = {"bootstrap", "assemble-before-prompt", "after-turn",
                                                               "maintain", "compact", "runtime-llm-complete"};

const Json& member(const Json& object, const char* key) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

std::vector<std::string> names_in(const Json& list) {
  std::vector<std::string> out;
  if (!list.is_array()) return out;
  for (const auto& name : list) {
    if (name.is_string() && out.size() < kNamesMax) out.push_back(name.get<std::string>());
  }
  return out;
}

}  // namespace

std::string EngineShape::unmet_need() const {
  auto unmet = std::ranges::find_if(
      needs, [](const std::string& need) { return std::ranges::find(kHostCapabilities, need) == kHostCapabilities.end(); });
  return unmet == needs.end() ? std::string() : *unmet;
}

EngineShape read_engine_shape(const Json& described) {
  EngineShape out;
  if (const auto& functions = member(described, "functions"); functions.is_array()) {
    auto names = names_in(functions);
    out.functions.emplace(names.begin(), names.end());
  }
  const auto& info = member(described, "info");
  out.owns_compaction = member(info, "ownsCompaction") == true;
  out.needs = names_in(member(member(member(info, "hostRequirements"), "agent-run"), "requiredCapabilities"));
  return out;
}

std::string with_list(std::string object, std::string_view name, const std::vector<std::string>& list) {
  object.pop_back();
  object += fmt::format(R"({}"{}":[)", object.size() > 1 ? "," : "", name);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) object += ',';
    object += list[i];
  }
  return object += "]}";
}

Task<Result<std::string>> call_engine(Loop& loop, plugins::PluginSet& plugins,
                                      std::shared_ptr<plugins::Instance> instance, SlotHolder function,
                                      std::string argument, Duration timeout, CancelToken cancel) {
  CapabilityInput input{.kind = "context_engine", .id = function.id, .path = function.path,
                        .arguments = argument.empty() ? "[]" : "[" + argument + "]", .timeout = timeout,
                        .leftover = plugins.leftover_call(function.plugin_id, next_call_id())};
  co_return co_await invoke(loop, std::move(instance), std::move(input), std::move(cancel));
}

Task<Result<EngineShape>> describe_engine(Loop& loop, plugins::PluginSet& plugins,
                                          std::shared_ptr<plugins::Instance> instance, SlotHolder holder,
                                          CancelToken cancel) {
  const auto* offered = plugins.registry().find("context_engine", holder.id);
  auto declared = offered ? offered->descriptor : std::make_shared<const Json>();
  const bool native = instance->manifest().runtime == plugins::Runtime::native;
  if (native) co_return read_engine_shape(*declared);
  holder.path = "$describe";
  auto described = co_await call_engine(loop, plugins, std::move(instance), std::move(holder), "", kDescribeTime, cancel);
  if (!described) co_return std::unexpected(std::move(described.error()));
  auto read = parse_json(*described, kDepthMax);
  if (!read || !read->is_object()) co_return fail(ErrorCode::protocol, "what it says of itself is no object");
  co_return read_engine_shape(*read);
}

}  // namespace chela::runtime
