#pragma once

// The skills of a gateway, put together: where they lie, which of them agents are offered, what is withheld, the
// commands that they are. The one place to ask. Loop thread only.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/app/command_parts.hpp"
#include "kernel/app/effective_config.hpp"
#include "kernel/app/plugin_parts.hpp"
#include "kernel/app/skill_commands.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/runtime/skills/library.hpp"
#include "kernel/runtime/skills/offer.hpp"
#include "kernel/runtime/skills/scan/judgement.hpp"
#include "kernel/runtime/turn/skill_context.hpp"

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
  ~SkillParts();

  runtime::skills::Library& library() { return *library_; }
  runtime::skills::Skills& skills() { return *skills_; }
  // Why a skill is withheld, with what a person would accept. Its functions may be called on any thread.
  const std::shared_ptr<runtime::skills::scan::Judge>& judge() const { return judge_; }
  // For turns.
  runtime::SkillContext& context() { return *context_; }

  // Where skills are looked for now, lowest precedence first.
  std::vector<runtime::skills::Root> roots() const;
  // Where skills are installed for all agents.
  std::filesystem::path managed_directory() const { return surroundings_.configuration.home().skills(); }

  // Adds the commands to the table, which outlives this; `turn` is what their turns are made of.
  void add_commands(runtime::CommandTable& table, std::function<const runtime::TurnEnvironment&()> turn);
  // Begins to read them. Once, while the loop does not run yet.
  void start();
  // The configuration has changed.
  void on_configuration();
  // Called when the skills, or what the configuration says of them, have changed: offers are others from now on. Every
  // callback is called, in order.
  void on_change(std::function<void()> callback) { on_change_.push_back(std::move(callback)); }

 private:
  runtime::skills::LibrarySettings library_settings() const;
  std::vector<std::filesystem::path> plugin_folders() const;
  void on_plugins();
  void changed();
  void save_judgements();

  SkillSurroundings surroundings_;
  std::shared_ptr<runtime::skills::scan::Judge> judge_;
  std::unique_ptr<runtime::skills::Library> library_;
  std::unique_ptr<runtime::skills::Skills> skills_;
  std::optional<runtime::SkillContext> context_;
  std::optional<SkillCommands> commands_;
  runtime::CommandTable* table_ = nullptr;
  std::vector<std::filesystem::path> plugin_folders_;
  std::string library_of_;  // the settings that the library has, as text
  std::vector<std::function<void()>> on_change_;
  std::shared_ptr<bool> is_read_ = std::make_shared<bool>(false);  // by start(); gone when this is
};

}  // namespace chela::app
