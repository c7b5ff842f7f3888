#pragma once

// The points that plugins listen at: asks and tells them, in order, within their time, whatever becomes of a plugin.
// Loop thread only. Outlives the tasks that it starts on the loop.
//
//   if (hooks.hears(HookPoint::before_tool_call)) {   // nothing is built for points that nobody listens at
//     auto said = co_await hooks.ask(HookPoint::before_tool_call, event, context, cancel);
//     if (said.contains("block")) …
//   }

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/hooks/listeners.hpp"
#include "kernel/runtime/hooks/point.hpp"

namespace chela::runtime {

struct HookTotals {
  std::uint64_t calls = 0;     // of plugins
  std::uint64_t failures = 0;  // of them; late ones, and those that were too many, included
};

class Hooks {
 public:
  Hooks(Loop& loop, log::Logger logger, plugins::PluginSet& plugins);
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;

  // What the operator says, by plugin; from now on.
  void set_rules(HookRulesByPlugin rules);
  // The registry has changed.
  void relist();

  bool hears(HookPoint point) const { return listeners_.any(point); }

  // Tells all side by side. Nobody waits.
  void tell(HookPoint point, const nlohmann::json& event, const nlohmann::json& context);
  // Tells only plugins that run already.
  void tell_started(HookPoint point, const nlohmann::json& event, const nlohmann::json& context);
  // Whether somebody is being told something still.
  bool telling() const { return !telling_.empty(); }
  // Asks one after another and merges; the object that they came to, empty when none had anything to say. In what one
  // plugin decided alone (a claim, a block), `plugin` says which. A failure is logged and passed over, but at a gate,
  // where it is a no. Once `cancel` is, nobody more is asked.
  Task<nlohmann::json> ask(HookPoint point, nlohmann::json event, nlohmann::json context, CancelToken cancel);

  const HookTotals& totals() const { return totals_; }

 private:
  // Told at once to one plugin; beyond it they are dropped, for it does not keep up.
  static constexpr int kTellsMax = 64;

  struct Told;
  Task<Result<std::string>> call(HookListener listener, HookPoint point, std::string event, std::string context,
                                 CancelToken cancel);
  Task<Result<nlohmann::json>> ask_one(HookListener listener, HookPoint point, std::string event, std::string context,
                                       CancelToken cancel);
  void tell_those(HookPoint point, const nlohmann::json& event, const nlohmann::json& context, bool only_started);
  Task<Result<void>> tell_one(HookListener listener, HookPoint point, std::shared_ptr<const Told> what);
  void failed(std::string_view plugin_id, HookPoint point, const Error& error);

  Loop& loop_;
  log::Logger logger_;
  plugins::PluginSet& plugins_;
  HookRulesByPlugin rules_;
  HookListeners listeners_;
  std::map<std::string, int, std::less<>> telling_;  // under way, by plugin
  std::vector<std::string> refusals_logged_;
  HookTotals totals_;
};

}  // namespace chela::runtime
