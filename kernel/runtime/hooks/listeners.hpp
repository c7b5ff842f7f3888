#pragma once

// Which plugins listen at which point, and in which order: from the registry, and as far as the operator allows. Loop
// thread only; loads no code.

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/hooks/point.hpp"

namespace chela::runtime {

// plugins.entries.ID.hooks: what the operator says of one plugin's hooks.
struct HookRules {
  std::map<std::string, std::uint64_t, std::less<>> timeouts_ms;  // by point
  std::optional<std::uint64_t> timeout_ms;
  bool conversation_access = false;  // asked of plugins that did not come with the gateway
  bool prompt_injection = true;
};
using HookRulesByPlugin = std::map<std::string, HookRules, std::less<>>;

struct HookListener {
  std::string plugin_id;
  std::int64_t priority = 0;
  Duration timeout{};              // of the whole call: of each of its handlers, where they run one after another
  std::vector<std::string> tools;  // in lower case; empty: all
};

class HookListeners {
 public:
  HookListeners() = default;
  HookListeners(const plugins::PluginSet& plugins, const HookRulesByPlugin& rules);

  bool any(HookPoint point) const { return heard_.test(static_cast<std::size_t>(point)); }
  // Highest priority first, then by plugin.
  const std::vector<HookListener>& of(HookPoint point) const { return points_[static_cast<std::size_t>(point)]; }
  // Who would listen and may not: "PLUGIN: POINT, …: what to set".
  const std::vector<std::string>& refusals() const { return refusals_; }

 private:
  struct Offer;
  void add(const Offer& offer, HookPoint point);

  std::array<std::vector<HookListener>, kHookPoints> points_;
  std::bitset<kHookPoints> heard_;
  std::vector<std::string> refusals_;
};

}  // namespace chela::runtime
