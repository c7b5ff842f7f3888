#include "kernel/app/skill_commands.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/command_names.hpp"
#include "kernel/runtime/skills/references.hpp"
#include "kernel/runtime/turn/tool_run.hpp"
#include "kernel/runtime/turn/turn_skills.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;
using runtime::CommandAnswer;
using runtime::CommandInput;
using runtime::skills::Offer;

// Nobody watches a tool that a command calls.
class Unwatched final : public runtime::TurnObserver {
 public:
  void on_text(std::string_view) override {}
  void on_reasoning(std::string_view) override {}
  void on_tool_start(const runtime::ToolCallRequest&) override {}
  void on_tool_progress(const std::string&, std::string_view) override {}
  void on_tool_result(const runtime::ToolOutcome&) override {}
  void on_assistant_message(const runtime::Message&, const runtime::CompletionResult&) override {}
  void on_tool_message(const runtime::Message&, const runtime::ToolOutcome&) override {}
};

// The name of the skill that people call `text`; empty: none.
std::string find_name(const Offer& offer, std::string_view text) {
  std::vector<std::string> names, commands;
  for (const auto& [skill, command] : offer.skills) {
    if (command.empty()) continue;
    names.push_back(skill->name);
    commands.push_back(command);
  }
  auto found = runtime::skills::find_called(text, names, commands);
  return found == std::string::npos ? std::string() : names[found];
}

CommandAnswer list_of(const Offer& offer) {
  CommandAnswer answer;
  for (const auto& [skill, command] : offer.skills) {
    if (!command.empty()) answer.text += fmt::format("- `/{}` {}\n", command, cut_utf8(skill->description, 200));
  }
  if (answer.text.empty()) answer.text = "There are no skills to call.";
  return answer;
}

}  // namespace

std::vector<runtime::Command> SkillCommands::list(const std::vector<std::string>& taken) {
  skills_.skills().set_taken_commands(taken);
  std::vector<runtime::Command> out;
  for (const auto& [skill, command] : skills_.skills().offer_of_all()->skills) {
    if (command.empty()) continue;
    runtime::Command one{.name = command, .description = skill->description, .accepts_args = true};
    one.skill = skill->name;
    one.built_in = [this, name = skill->name](CommandInput input) {
      auto arguments = input.arguments;
      return call({name, std::move(arguments)}, std::move(input));
    };
    out.push_back(std::move(one));
  }
  return out;
}

runtime::Command SkillCommands::skill_command() {
  return {.name = "skill", .description = "has the agent use a skill: its name, and what to do", .accepts_args = true,
          .built_in = [this](CommandInput input) { return call_by_name(std::move(input)); }};
}

Task<SkillCommands::Answer> SkillCommands::call_by_name(CommandInput input) {
  auto text = trim(input.arguments);
  auto offer = skills_.skills().offer(input.agent);
  if (text.empty()) co_return list_of(*offer);
  auto end = std::min(text.find_first_of(" \t\r\n"), text.size());
  auto wanted = text.substr(0, end);
  auto name = find_name(*offer, wanted);
  if (name.empty()) name = find_name(*skills_.skills().offer_of_all(), wanted);
  if (name.empty()) {
    co_return fail(ErrorCode::not_found, "there is no skill {} to call; /skill alone lists them", wanted);
  }
  Called called{std::move(name), std::string(trim(text.substr(end)))};
  co_return co_await call(std::move(called), std::move(input));
}

Task<SkillCommands::Answer> SkillCommands::call(Called called, CommandInput input) {
  auto offer = skills_.skills().offer(input.agent);
  const auto* offered = offer->find(called.skill);
  if (!offered) {
    const auto* left_out = offer->find_left_out(called.skill);
    co_return fail(ErrorCode::denied, "the skill {} cannot be used: {}", called.skill,
                   left_out ? left_out->reason() : "it has gone");
  }
  if (offered->skill->dispatch) {
    auto tool = offered->skill->dispatch->tool;
    co_return co_await dispatch(std::move(tool), *offered, std::move(called.arguments), std::move(input));
  }
  bool by_tool = runtime::loads_by_tool(offer->form, turn_().tools.find(runtime::kRead) != nullptr);
  const runtime::skills::Skill* named[] = {offered->skill};
  CHELA_CO_TRY(auto prefix, runtime::skills::with_skills_named("", named, by_tool));
  co_return CommandAnswer{.continue_agent = true, .agent_prefix = std::move(prefix)};
}

Task<SkillCommands::Answer> SkillCommands::dispatch(std::string tool, runtime::skills::OfferedSkill offered,
                                                    std::string arguments, CommandInput input) {
  Json given = {{"command", arguments}, {"commandName", offered.command}, {"skillName", offered.skill->name}};
  runtime::ToolCallRequest call{.id = "command_" + random_hex(8), .name = std::move(tool),
                                .arguments = json_text(given)};
  runtime::TurnInput asked{.id = call.id,
                           .origin = "command /" + offered.command,
                           .agent = input.agent,
                           .session_id = input.session_id,
                           .channel = input.channel,
                           .sender = input.sender.id};
  Unwatched observer;
  auto running = runtime::run_single_tool(turn_(), std::move(asked), std::move(call), observer, input.cancel);
  auto outcome = co_await std::move(running);
  if (outcome.status == runtime::ToolStatus::completed) co_return CommandAnswer{.text = std::move(outcome.text)};
  auto code = outcome.status == runtime::ToolStatus::blocked ? ErrorCode::denied : ErrorCode::unavailable;
  co_return fail(code, "/{}: the tool {}: {}", offered.command, outcome.call.name, outcome.text);
}

}  // namespace chela::app
