#include "kernel/runtime/turn/turn_tools.hpp"

#include <algorithm>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/tools/resolve.hpp"

namespace chela::runtime {

Task<void> TurnTools::make() {
  const auto& environment = environment_;
  made_ = co_await resolve_tools(environment.loop, environment.logger, environment.plugins, environment.tools, context());
}

void TurnTools::add(std::shared_ptr<const Tool> tool) {
  if (environment_.tools.wants(tool->name)) own_.push_back(std::move(tool));
}

bool TurnTools::is_own(std::string_view name) const {
  return std::ranges::any_of(own_, [&](const auto& tool) { return tool->name == name; });
}

bool TurnTools::is_client_tool(std::string_view name) const {
  return std::ranges::any_of(input_.client_tools, [&](const ClientTool& tool) { return tool.name == name; });
}

bool TurnTools::is_allowed(std::string_view name) const {
  return !allowed_ || std::ranges::find(*allowed_, name) != allowed_->end();
}

template <class Take>
void TurnTools::each_offered(Take take) const {
  for (const auto& tool : input_.client_tools) take(tool.name, tool.definition);
  if (!input_.use_tools) return;
  auto offer = [&](const Tool& tool) {
    if (!is_client_tool(tool.name) && is_allowed(tool.name)) take(tool.name, tool.definition);
  };
  for (const auto& tool : own_) offer(*tool);
  for (const auto& tool : environment_.tools.list()) {
    if (!is_own(tool->name)) offer(*tool);
  }
  for (const auto& tool : made_) {
    if (!is_own(tool->name) && !environment_.tools.find(tool->name)) offer(*tool);
  }
}

std::vector<Message> TurnTools::offered() const {
  std::vector<Message> out;
  each_offered([&](const std::string&, const Message& definition) { out.push_back(definition); });
  return out;
}

std::vector<std::string> TurnTools::names() const {
  std::vector<std::string> out;
  each_offered([&](const std::string& name, const Message&) { out.push_back(name); });
  return out;
}

std::shared_ptr<const Tool> TurnTools::find(std::string_view name) const {
  if (!input_.use_tools || !is_allowed(name)) return nullptr;
  auto own = std::ranges::find_if(own_, [&](const auto& tool) { return tool->name == name; });
  if (own != own_.end()) return *own;
  if (auto listed = environment_.tools.find(name)) return listed;
  auto made = std::ranges::find_if(made_, [&](const auto& tool) { return tool->name == name; });
  return made == made_.end() ? nullptr : *made;
}

std::string TurnTools::context() const {
  std::string out = R"({"workspace":)";
  append_json_string(out, environment_.context.workspace().string());
  auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    out += fmt::format(R"(,"{}":)", name);
    append_json_string(out, value);
  };
  add("agentId", input_.agent);
  add("timeZone", environment_.time_zone);
  add("sessionKey", input_.session_id);
  add("sessionId", input_.session_id);
  add("channel", input_.channel);
  add("senderId", input_.sender);
  return out += '}';
}

}  // namespace chela::runtime
