#include "kernel/runtime/context/memory_prompt.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/capabilities/capability_call.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 8;

// Upstream's MemoryPromptSectionParams; its Set of names is a list on the way.
std::string arguments_of(const MemoryPromptInput& input) {
  Json given = {{"availableTools", input.tools}, {"agentId", input.agent}, {"sandboxed", false}};
  if (!input.session_id.empty()) given["agentSessionKey"] = input.session_id;
  return json_text(Json::array({std::move(given)}));
}

std::string section_of(const std::string& plugin_id, std::string_view said) {
  auto text = cut_utf8(trim(said), kMemoryPromptBytesMax);
  auto note = text.size() < trim(said).size() ? "\n\n(cut: the plugin says more)" : "";
  return fmt::format("# Memory\n\n(What follows, up to the end, is said by the plugin {}.)\n\n{}{}", plugin_id, text,
                     note);
}

}  // namespace

Result<std::string> read_prompt_lines(std::string_view json) {
  auto said = parse_json(json, kDepthMax);
  if (!said) return fail(ErrorCode::protocol, "what it says {}", said.error().message);
  if (said->is_null()) return std::string();
  if (said->is_string()) return said->get<std::string>();
  if (!said->is_array()) return fail(ErrorCode::protocol, "what it says is no list of lines");
  std::string out;
  for (const auto& line : *said) {
    if (!line.is_string()) continue;  // upstream passes over them, too
    if (!out.empty()) out += '\n';
    out += line.get_ref<const std::string&>();
  }
  return out;
}

Task<Result<std::string>> ask_prompt_section(Loop& loop, plugins::PluginSet& plugins, std::vector<SlotHolder> holders,
                                             MemoryPromptInput input, CancelToken cancel) {
  const auto arguments = arguments_of(input);
  std::string said;
  for (const auto& holder : holders) {
    CapabilityInput call{.kind = "memory", .id = holder.id, .path = holder.path, .arguments = arguments,
                         .timeout = kMemoryPromptTime};
    auto value = co_await invoke(loop, plugins, std::move(call), cancel);
    // A native memory need not have the function.
    if (!value && value.error().code == ErrorCode::not_found) continue;
    if (!value) co_return std::unexpected(std::move(value.error()));
    auto lines = read_prompt_lines(*value);
    if (!lines) co_return fail(fmt::format("plugin {}: memory/{}", holder.plugin_id, holder.id), std::move(lines.error()));
    if (!said.empty() && !lines->empty()) said += "\n\n";
    said += *lines;
  }
  co_return trim(said).empty() ? std::string() : section_of(holders.front().plugin_id, said);
}

}  // namespace chela::runtime
