#pragma once

// Skills as commands: /NAME for each that people may call, and /skill NAME for any of them. Loop thread only.

#include <functional>
#include <string>
#include <vector>

#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/commands/run.hpp"
#include "kernel/runtime/turn/skill_context.hpp"
#include "kernel/runtime/turn/turn.hpp"

namespace chela::app {

class SkillCommands {
 public:
  // `turn` is asked when a command is given. What is named outlives the commands.
  SkillCommands(runtime::SkillContext& skills, std::function<const runtime::TurnEnvironment&()> turn)
      : skills_(skills), turn_(std::move(turn)) {}
  SkillCommands(const SkillCommands&) = delete;
  SkillCommands& operator=(const SkillCommands&) = delete;

  // One for each skill that people may call, whichever agent is offered it.
  std::vector<runtime::Command> list(const std::vector<std::string>& taken);
  runtime::Command skill_command();

 private:
  struct Called {
    std::string skill;
    std::string arguments;
  };
  using Answer = Result<runtime::CommandAnswer>;

  Task<Answer> call(Called called, runtime::CommandInput input);
  Task<Answer> call_by_name(runtime::CommandInput input);
  Task<Answer> dispatch(std::string tool, runtime::skills::OfferedSkill offered, std::string arguments,
                        runtime::CommandInput input);

  runtime::SkillContext& skills_;
  std::function<const runtime::TurnEnvironment&()> turn_;
};

}  // namespace chela::app
