#pragma once

// The skills of a gateway, put together: where they lie, which of them agents are offered, what is withheld, the
// commands that they are. The one place to ask. Loop thread only.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/app/command_parts.hpp"
#include "kernel/app/effective_config.hpp"
#include "kernel/app/plugin_parts.hpp"
#include "kernel/core/config/reload.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/runtime/skills/library.hpp"
#include "kernel/runtime/skills/offer.hpp"
#include "kernel/runtime/skills/scan/judgement.hpp"

namespace chela::app {

// What the skills are put into; everything outlives them.
struct SkillSurroundings {
  Loop& loop;
  log::Logger logger;
  const EffectiveConfig& configuration;
  PluginParts& plugins;
  std::filesystem::path workspace;
};

class SkillParts {
 public:
  explicit SkillParts(SkillSurroundings surroundings);
  SkillParts(const SkillParts&) = delete;
  SkillParts& operator=(const SkillParts&) = delete;

  runtime::skills::Library& library() { return *library_; }
  runtime::skills::Skills& skills() { return *skills_; }
  // Why a skill is withheld, with what a person would accept. Its functions may be called on any thread.
  const std::shared_ptr<runtime::skills::scan::Judge>& judge() const { return judge_; }

  // Where skills are looked for now, lowest precedence first.
  std::vector<runtime::skills::Root> roots() const;
  // Where skills are installed for all agents.
  std::filesystem::path managed_directory() const;
  // Begins to read them.
  void start();
  // The configuration or the plugins have changed.
  void on_configuration(const std::vector<config::Change>& changes);
  // Called when the skills, or what the configuration says of them, have changed: offers are others from now on. Every
  // callback is called, in order.
  void on_change(std::function<void()> callback) { on_change_.push_back(std::move(callback)); }

 private:
  runtime::skills::LibrarySettings library_settings() const;
  void changed();

  SkillSurroundings surroundings_;
  std::shared_ptr<runtime::skills::scan::Judge> judge_;
  std::unique_ptr<runtime::skills::Library> library_;
  std::unique_ptr<runtime::skills::Skills> skills_;
  std::vector<std::function<void()>> on_change_;
};

}  // namespace chela::app
