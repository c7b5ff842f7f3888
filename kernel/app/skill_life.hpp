#pragma once

// What the operator does to skills while the gateway runs: their settings are written and in effect at once, programs
// that they need and skills of the registry are installed. Loop thread only.

#include <memory>
#include <string>

#include "kernel/app/effective_config.hpp"
#include "kernel/app/live_reload.hpp"
#include "kernel/app/skill_hub.hpp"
#include "kernel/app/skill_parts.hpp"
#include "kernel/gateway/skills_api.hpp"

namespace chela::app {

class SkillLife {
 public:
  // All of them outlive it.
  SkillLife(Loop& loop, net::EgressClient& egress, const EffectiveConfig& config, SkillParts& parts,
            std::filesystem::path workspace);
  SkillLife(const SkillLife&) = delete;
  SkillLife& operator=(const SkillLife&) = delete;

  // What reads the file again; null while there is nothing yet, or no more.
  void set_live_reload(LiveReload* live_reload) { live_reload_ = live_reload; }
  // Adds routes, methods, and the event for clients of `sockets`; this outlives them.
  void serve(gateway::Service& service, gateway::MethodTable& methods, std::shared_ptr<gateway::SocketClients> sockets);

 private:
  gateway::SkillsSources sources();
  Task<std::expected<void, gateway::ConfigRefusal>> set_entry(gateway::SkillChange change);
  Task<Result<void>> refresh();
  Task<Result<runtime::skills::needs::Installed>> install_need(runtime::skills::needs::Plan plan, std::string approved,
                                                             Duration timeout, CancelToken cancel);

  Loop& loop_;
  const EffectiveConfig& config_;
  SkillParts& parts_;
  std::filesystem::path workspace_;
  SkillHub hub_;
  LiveReload* live_reload_ = nullptr;
};

}  // namespace chela::app
