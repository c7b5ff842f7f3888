#include "kernel/app/gateway_hooks.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/loop/event.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;
using runtime::HookPoint;

constexpr auto kEndWithin = std::chrono::seconds(5);
constexpr auto kLookEvery = std::chrono::milliseconds(20);

runtime::HookRules read_rules(const Json& hooks) {
  runtime::HookRules out;
  out.conversation_access = hooks.value("allowConversationAccess", false);
  out.prompt_injection = hooks.value("allowPromptInjection", true);
  if (auto timeout = hooks.find("timeoutMs"); timeout != hooks.end()) out.timeout_ms = timeout->get<std::uint64_t>();
  for (const auto& [point, timeout] : hooks.value("timeouts", Json::object()).items()) {
    out.timeouts_ms[point] = timeout.get<std::uint64_t>();
  }
  return out;
}

Json internal_event(const char* action) {
  return {{"type", "gateway"}, {"action", action}, {"sessionKey", ""}, {"context", Json::object()}};
}

}  // namespace

runtime::HookRulesByPlugin hook_rules(const config::Snapshot& config) {
  runtime::HookRulesByPlugin out;
  const auto* entries = config.find("plugins.entries");
  if (!entries) return out;
  for (const auto& [id, entry] : entries->items()) {
    if (auto hooks = entry.find("hooks"); hooks != entry.end()) out.emplace(id, read_rules(*hooks));
  }
  return out;
}

runtime::SlotRules slot_rules(const config::Snapshot& config) {
  runtime::SlotRules out{.memory = config.find_string("plugins.slots.memory"),
                         .context_engine = config.find_string("plugins.slots.contextEngine")};
  for (const auto& [id, rules] : hook_rules(config)) {
    if (!rules.prompt_injection) out.no_prompts.insert(id);
  }
  return out;
}

Task<Result<void>> begin_hooks(plugins::PluginSet& plugins, runtime::Hooks& hooks,
                               runtime::ContextPlugins& context_plugins, std::uint16_t port) {
  auto learned = co_await plugins.learn_registrations();
  context_plugins.begin_reporting();
  if (hooks.hears(HookPoint::gateway_start)) {
    hooks.tell(HookPoint::gateway_start, {{"port", port}}, {{"port", port}});
  }
  if (hooks.hears(HookPoint::internal_gateway_startup)) {
    hooks.tell(HookPoint::internal_gateway_startup, internal_event("startup"), Json::object());
  }
  co_return learned;
}

Task<void> end_hooks(Loop& loop, runtime::Hooks& hooks, const runtime::Sessions& sessions) {
  sessions.tell_ended("shutdown");
  if (hooks.hears(HookPoint::gateway_stop)) {
    hooks.tell_started(HookPoint::gateway_stop, {{"reason", "shutdown"}}, Json::object());
  }
  if (hooks.hears(HookPoint::internal_gateway_shutdown)) {
    hooks.tell_started(HookPoint::internal_gateway_shutdown, internal_event("shutdown"), Json::object());
  }
  auto until = loop.now() + kEndWithin;
  while (hooks.telling() && loop.now() < until) {
    auto slept = co_await sleep_until(loop, loop.now() + kLookEvery, {});
    if (!slept) co_return;
  }
}

}  // namespace chela::app
