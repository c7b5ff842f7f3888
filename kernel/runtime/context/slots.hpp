#pragma once

// The places of a conversation that one plugin each may fill: its memory and its context engine. The operator says who
// (plugins.slots); what plugins offer says whether it can be. Loop thread only; loads no code.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::runtime {

struct SlotRules {
  std::optional<std::string> memory;          // a plugin's id, or "none"; without: "memory-core" where there is one
  std::optional<std::string> context_engine;  // the id of an engine or of its plugin; "legacy", "none", or without: ours
  std::set<std::string, std::less<>> no_prompts;  // plugins that may add nothing to a prompt
};

// A function of a capability, or all of them while the path is empty.
struct SlotHolder {
  std::string plugin_id;
  std::string id;  // of the capability
  std::string path;
  bool operator==(const SlotHolder&) const = default;
};

struct Slots {
  std::vector<SlotHolder> prompt_sections;  // of the memory, in their order
  std::optional<SlotHolder> engine;
  std::vector<std::string> problems;        // who was named and is not there; what is offered and not used
};

Slots fill_slots(const plugins::PluginSet& plugins, const SlotRules& rules);

}  // namespace chela::runtime
