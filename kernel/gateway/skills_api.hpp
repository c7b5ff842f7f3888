#pragma once

// What the operator sees of skills and does to them: methods `skills.…` under upstream's names and in its shapes where
// it has them, and /api/skills… with the same parameters and answers (docs/skills-api.md). Loop thread.

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/loop/cancel.hpp"
#include "kernel/gateway/methods.hpp"
#include "kernel/gateway/plugins_api.hpp"
#include "kernel/gateway/service.hpp"
#include "kernel/gateway/socket.hpp"
#include "kernel/runtime/skills/hub/candidate.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"
#include "kernel/runtime/skills/needs/install.hpp"
#include "kernel/runtime/skills/offer.hpp"
#include "kernel/runtime/skills/scan/judgement.hpp"

namespace chela::gateway {

// A change of `skills.entries.KEY`; what is not given stays.
struct SkillChange {
  std::string key;
  std::optional<bool> enabled;
  std::optional<std::string> api_key;          // empty: removed
  std::map<std::string, std::string> variables;  // `env`; empty values: removed
  std::optional<std::string> accept;           // "sha256:…"; empty: removed
};

// A skill of the registry that is to be installed, or only looked at.
struct HubWish {
  std::string reference;  // slug, @owner/slug, skills-sh:…, git:…
  std::string version;    // empty: the latest
  std::string approved;   // what the person has agreed to in spite of doubts: HubOutcome::content
  bool dry_run = false;   // looked at and not installed
  bool force = false;     // replaces what is there
};

struct HubOutcome {
  runtime::skills::hub::Candidate candidate;
  runtime::skills::hub::Target target;
  std::string content;  // "sha256:…" of what was fetched: what is agreed to
  std::string path;     // where it goes
  bool installed = false;
};

// One skill of the lock file after an update of it.
struct HubUpdate {
  std::string key, version_before, version;
  std::string state;  // "updated", "up to date", "failed"
  std::string problem;
};

// What the application contributes.
struct SkillsSources {
  Loop& loop;
  std::string workspace, managed;  // where skills lie
  // An empty name: no agent in particular.
  std::function<std::shared_ptr<const runtime::skills::Offer>(const std::string& agent)> offer;
  std::function<const nlohmann::json&()> config;  // the whole one, in effect
  std::shared_ptr<runtime::skills::scan::Judge> judge;
  std::function<runtime::skills::needs::Machine()> machine;
  // Writes the file, and is done when it is in effect.
  std::function<Task<std::expected<void, ConfigRefusal>>(SkillChange change)> set_entry;
  // Afterwards offers are made of what stands on the disk, and programs are looked for again.
  std::function<Task<Result<void>>()> refresh;
  std::function<Task<Result<runtime::skills::needs::Installed>>(runtime::skills::needs::Plan plan, std::string approved,
                                                               Duration timeout, CancelToken cancel)> install_need;
  // Of the registry.
  std::function<Task<Result<std::vector<runtime::skills::hub::Found>>>(std::string text, std::size_t limit)> search;
  std::function<Task<Result<runtime::skills::hub::Detail>>(std::string slug, std::string owner)> detail;
  std::function<Task<Result<HubOutcome>>(HubWish wish)> install;
  std::function<Task<Result<std::vector<HubUpdate>>>(std::string key, bool force)> update;  // empty key: all
  std::function<Task<Result<std::string>>(std::string key, bool force)> remove;             // yields the folder that went
};

class SkillsApi;

std::shared_ptr<SkillsApi> make_skills_api(SkillsSources sources);
void add_skills_methods(MethodTable& table, const std::shared_ptr<SkillsApi>& api);
void add_skills_routes(Service& service, const std::shared_ptr<SkillsApi>& api);

// The event that clients of /ws are sent when skills, or what may be done with them, have changed.
std::string skills_changed_event(std::uint64_t version);

}  // namespace chela::gateway
