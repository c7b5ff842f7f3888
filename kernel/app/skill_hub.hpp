#pragma once

// Skills of the registry, into the workspace of a running gateway. Each call opens the folder for itself, so that the
// command line can change it in between. Loop thread.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kernel/app/effective_config.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/packages/fetch.hpp"
#include "kernel/gateway/skills_api.hpp"

namespace chela::app {

class SkillHub {
 public:
  // All of them outlive it. Skills go to `workspace`/skills.
  SkillHub(Loop& loop, net::EgressClient& egress, const EffectiveConfig& config, std::filesystem::path workspace);
  SkillHub(const SkillHub&) = delete;
  SkillHub& operator=(const SkillHub&) = delete;
  ~SkillHub();

  Task<Result<std::vector<runtime::skills::hub::Found>>> search(std::string text, std::size_t limit);
  Task<Result<runtime::skills::hub::Detail>> detail(std::string slug, std::string owner);
  // Fetches, checks, scans; puts in place unless it is only looked at. Errors: denied for what is refused, and for doubts
  // that the person has not agreed to; already_exists.
  Task<Result<gateway::HubOutcome>> install(gateway::HubWish wish);
  Task<Result<std::vector<gateway::HubUpdate>>> update(std::string key, bool force);
  Task<Result<std::string>> remove(std::string key, bool force);

 private:
  struct Connection;
  // Where the registry is, as configured now.
  Task<Result<std::shared_ptr<Connection>>> connect();
  Task<Result<std::string>> update_one(std::shared_ptr<Connection> connection,
                                       std::shared_ptr<runtime::skills::hub::Workdir> workdir,
                                       runtime::skills::hub::LockedSkill skill, bool force);
  // On a worker, where what is being changed lives on when the gateway ends meanwhile.
  Task<Result<void>> put_in_place(std::shared_ptr<runtime::skills::hub::Workdir> workdir,
                                  runtime::skills::hub::Candidate candidate, runtime::skills::hub::Target target);
  Task<Result<std::shared_ptr<runtime::skills::hub::Workdir>>> open_workdir();

  Loop& loop_;
  net::EgressClient& egress_;
  const EffectiveConfig& config_;
  std::filesystem::path workspace_;
};

}  // namespace chela::app
