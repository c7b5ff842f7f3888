#include "kernel/runtime/context/slots.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDefaultMemory = "memory-core";
constexpr std::string_view kPromptBuilder = "promptBuilder";

bool lists_function(const Json& descriptor, std::string_view name) {
  auto listed = descriptor.find("functions");
  if (listed == descriptor.end() || !listed->is_array()) return true;  // a native one need not list them
  return std::ranges::find(*listed, Json(name)) != listed->end();
}

// The ways to register a section, in the order in which sections are said: upstream's present one, a native memory,
// upstream's former one, and what is said besides.
std::vector<SlotHolder> prompt_sections_of(const plugins::Registry& registry, const std::string& plugin_id) {
  std::vector<SlotHolder> whole, former, besides;
  for (const auto* one : registry.list("memory")) {
    if (one->plugin_id != plugin_id) continue;
    auto role = text_of(*one->descriptor, "role");
    if (role == "prompt_section") {
      former.push_back({plugin_id, one->id, ""});
    } else if (role == "prompt_supplement" || role == "prompt_preparation") {
      besides.push_back({plugin_id, one->id, ""});
    } else if ((role.empty() || role == "capability") && lists_function(*one->descriptor, kPromptBuilder)) {
      whole.push_back({plugin_id, one->id, std::string(kPromptBuilder)});
    }
  }
  auto& out = whole.empty() ? former : whole;
  out.insert(out.end(), besides.begin(), besides.end());
  return std::move(out);
}

// Why a plugin that was named cannot be asked; empty when that is not known yet.
std::string absence_of(const plugins::PluginSet& plugins, const std::string& plugin_id, std::string_view what) {
  const auto* record = plugins.find(plugin_id);
  if (!record) return "which is not installed";
  if (!record->disabled_because.empty()) return "which is disabled: " + record->disabled_because;
  if (record->state == plugins::State::failed) return "which did not start";
  if (record->manifest->runtime == plugins::Runtime::node && !record->registrations_known) return {};
  return fmt::format("which offers no {}", what);
}

bool offers_memory(const plugins::Registry& registry, const std::string& plugin_id) {
  return std::ranges::any_of(registry.list("memory"), [&](const auto* one) { return one->plugin_id == plugin_id; });
}

void fill_memory(const plugins::PluginSet& plugins, const SlotRules& rules, Slots& slots) {
  if (rules.memory == "none") return;
  const auto& registry = plugins.registry();
  const auto chosen = rules.memory.value_or(std::string(kDefaultMemory));
  if (!rules.no_prompts.contains(chosen)) slots.prompt_sections = prompt_sections_of(registry, chosen);
  if (offers_memory(registry, chosen)) return;
  if (rules.memory) {
    auto why = absence_of(plugins, chosen, "memory");
    if (why.empty()) return;
    slots.problems.push_back(fmt::format("plugins.slots.memory names the plugin {}, {}; conversations go on without it",
                                         chosen, why));
    return;
  }
  std::set<std::string> unused;
  for (const auto* one : registry.list("memory")) {
    if (!prompt_sections_of(registry, one->plugin_id).empty()) unused.insert(one->plugin_id);
  }
  for (const auto& id : unused) {
    slots.problems.push_back(fmt::format("plugin {}: its memory adds nothing to prompts until plugins.slots.memory is "
                                         "\"{}\"", id, id));
  }
}

bool is_engine(const plugins::Capability& capability) { return text_of(*capability.descriptor, "role").empty(); }

void fill_engine(const plugins::PluginSet& plugins, const SlotRules& rules, Slots& slots) {
  const auto wanted = rules.context_engine.value_or("");
  if (wanted == "legacy" || wanted == "none") return;
  for (const auto* one : plugins.registry().list("context_engine")) {
    if (!is_engine(*one)) continue;
    if (wanted.empty()) {
      slots.problems.push_back(fmt::format("plugin {}: its context engine is not used until plugins.slots.contextEngine "
                                           "is \"{}\"", one->plugin_id, one->id));
    } else if (one->id == wanted || (one->plugin_id == wanted && !slots.engine)) {
      slots.engine = SlotHolder{one->plugin_id, one->id, ""};
    }
  }
  if (wanted.empty() || slots.engine) return;
  auto why = plugins.find(wanted) ? absence_of(plugins, wanted, "context engine") : "which no plugin offers";
  if (why.empty()) return;
  slots.problems.push_back(fmt::format("plugins.slots.contextEngine names {}, {}; conversations go on with the gateway's "
                                       "own history", wanted, why));
}

}  // namespace

Slots fill_slots(const plugins::PluginSet& plugins, const SlotRules& rules) {
  Slots slots;
  fill_memory(plugins, rules, slots);
  fill_engine(plugins, rules, slots);
  return slots;
}

}  // namespace chela::runtime
