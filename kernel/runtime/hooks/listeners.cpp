#include "kernel/runtime/hooks/listeners.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kHandlersMax = 64;  // that a deadline is stretched for
constexpr Duration kTimeoutMax = std::chrono::minutes(10);

std::int64_t integer_of(const Json& object, const char* key, std::int64_t otherwise) {
  auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return otherwise;
  constexpr double kLimit = 1e12;
  return static_cast<std::int64_t>(std::clamp(found->get<double>(), -kLimit, kLimit));
}

std::vector<std::string> texts_of(const Json& object, const char* key) {
  std::vector<std::string> out;
  auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const auto& one : *found) {
    if (one.is_string()) out.push_back(to_lower(one.get<std::string>()));
  }
  return out;
}

// A native plugin names its points in the manifest; each of a Node plugin is a capability of its own, POINT@PLUGIN.
std::vector<std::string> points_of(const plugins::Capability& capability) {
  if (capability.descriptor->contains("points")) return texts_of(*capability.descriptor, "points");
  return {capability.id.substr(0, capability.id.rfind('@'))};
}

Duration timeout_of(const HookRules& rules, const Json& descriptor, HookPoint point) {
  const auto& row = row_of(point);
  auto chosen = row.timeout;
  if (auto own = integer_of(descriptor, "timeoutMs", 0); own > 0) chosen = std::chrono::milliseconds(own);
  if (rules.timeout_ms) chosen = std::chrono::milliseconds(*rules.timeout_ms);
  if (auto named = rules.timeouts_ms.find(row.name); named != rules.timeouts_ms.end()) {
    chosen = std::chrono::milliseconds(named->second);
  }
  auto handlers = row.kind == HookKind::observe
                      ? 1
                      : std::clamp(integer_of(descriptor, "handlers", 1), std::int64_t{1}, kHandlersMax);
  return std::min(std::min(chosen, kTimeoutMax) * handlers, kTimeoutMax);
}

}  // namespace

// One registration and what is known of its plugin.
struct HookListeners::Offer {
  const plugins::Capability& capability;
  const HookRules& rules;
  bool bundled;

  bool allows(HookPoint point) const {
    auto flags = row_of(point).flags;
    if ((flags & HookRow::kPrompt) && !rules.prompt_injection) return false;
    return !(flags & HookRow::kConversation) || bundled || rules.conversation_access;
  }
};

HookListeners::HookListeners(const plugins::PluginSet& plugins, const HookRulesByPlugin& rules) {
  static const HookRules kNoRules;
  std::map<std::string, std::vector<std::string_view>> unseen;  // by plugin: the points that it may not see
  for (const auto* capability : plugins.registry().list("hook")) {
    const auto* record = plugins.find(capability->plugin_id);
    auto of_plugin = rules.find(capability->plugin_id);
    Offer offer{*capability, of_plugin == rules.end() ? kNoRules : of_plugin->second,
                record && record->origin == plugins::Origin::bundled};
    for (const auto& name : points_of(*capability)) {
      for (std::size_t i = 0; i < kHookPoints; ++i) {
        auto point = static_cast<HookPoint>(i);
        if (!hears_point(name, point)) continue;
        if (offer.allows(point)) {
          add(offer, point);
        } else if (!(row_of(point).flags & HookRow::kPrompt) || offer.rules.prompt_injection) {
          unseen[capability->plugin_id].push_back(name_of(point));
        }
      }
    }
  }
  for (auto& list : points_) {
    std::ranges::sort(list, [](const HookListener& a, const HookListener& b) {
      return a.priority != b.priority ? a.priority > b.priority : a.plugin_id < b.plugin_id;
    });
  }
  for (const auto& [plugin, names] : unseen) {
    refusals_.push_back(fmt::format("plugin {}: its hooks {} see conversations; they run once plugins.entries.{}.hooks."
                                    "allowConversationAccess is true",
                                    plugin, fmt::join(names, ", "), plugin));
  }
}

void HookListeners::add(const Offer& offer, HookPoint point) {
  auto& list = points_[static_cast<std::size_t>(point)];
  const auto& id = offer.capability.plugin_id;
  const Json& descriptor = *offer.capability.descriptor;
  HookListener listener{id, integer_of(descriptor, "priority", 0), timeout_of(offer.rules, descriptor, point),
                        texts_of(descriptor, "tools")};
  heard_.set(static_cast<std::size_t>(point));
  auto known = std::ranges::find(list, id, &HookListener::plugin_id);
  if (known == list.end()) {
    list.push_back(std::move(listener));
    return;
  }
  // Registered for the point and for its family: one call reaches both.
  known->priority = std::max(known->priority, listener.priority);
  known->timeout = std::max(known->timeout, listener.timeout);
  if (listener.tools.empty()) known->tools.clear();
}

}  // namespace chela::runtime
