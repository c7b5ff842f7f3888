#pragma once

// The skills of this installation as the gateway would see them, read without it. Blocking; one thread.

#include <memory>
#include <string>
#include <vector>

#include "kernel/runtime/skills/discovery.hpp"
#include "kernel/runtime/skills/gate.hpp"
#include "kernel/runtime/skills/needs/option.hpp"
#include "kernel/runtime/skills/scan/judgement.hpp"
#include "tools/chela/installation.hpp"

namespace chela::cli {

struct SkillRow {
  const runtime::skills::Skill* skill = nullptr;  // in the view
  std::vector<runtime::skills::Unmet> unmet;
  runtime::skills::scan::Judgement judgement;
  bool on_list = true;  // false: the agent's list of skills does not name it

  bool is_offered() const { return unmet.empty() && judgement.withheld.empty() && on_list; }
};

struct SkillView {
  struct Options {
    std::string config;
    std::vector<std::string> roots;  // instead of those of the configuration, lowest precedence first
    std::string agent;               // whose list of skills counts; empty: nobody's
  };
  // Errors: those of the configuration.
  static Result<std::unique_ptr<SkillView>> read(const Options& options);

  // As people name it: name, key, both without regard to case. Error: not_found, or that several are meant.
  Result<const SkillRow*> find(const std::string& name) const;

  Installation installation;
  std::shared_ptr<const config::Snapshot> config;
  std::vector<runtime::skills::Root> roots;
  runtime::skills::SkillSet set;
  runtime::skills::needs::Machine machine;
  std::vector<SkillRow> rows;  // by name
};

// Puts the folders where installers leave programs at the end of PATH.
void add_tool_path(config::Environment& environment, const std::filesystem::path& state);

}  // namespace chela::cli
