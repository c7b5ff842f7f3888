#include "kernel/runtime/turn/turn_skills.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/runtime/skills/reading.hpp"
#include "kernel/runtime/tools/call.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;
using skills::Skill;

constexpr std::size_t kDepthMax = 8;

// Reads something of a skill on a worker. `offer` keeps the skill.
struct Reading {
  std::shared_ptr<const skills::Offer> offer;
  Loop& loop;
  std::function<std::string(const Skill&)> judge;
  Result<std::string> (*read)(const Skill& skill, const std::string& path);
};

Task<Result<std::string>> run(Reading reading, std::string arguments) {
  auto parsed = parse_json(arguments, kDepthMax);
  auto given = parsed ? std::move(*parsed) : Json::object();
  auto name = text_of(given, given.contains("skill") ? "skill" : "name");
  const auto* offered = reading.offer->find(name);
  if (!offered) {
    co_return fail(ErrorCode::not_found, "there is no skill {}; the names are those in <available_skills>", name);
  }
  auto work = run_blocking<std::string>(
      reading.loop,
      [offer = reading.offer, skill = offered->skill, judge = std::move(reading.judge), read = reading.read,
       path = text_of(given, "path")]() -> Result<std::string> {
        auto withheld = judge ? judge(*skill) : std::string();
        if (!withheld.empty()) return fail(ErrorCode::denied, "the skill {} is withheld: {}", skill->name, withheld);
        return read(*skill, path);
      });
  co_return co_await std::move(work);
}

std::shared_ptr<const Tool> make(const Tool& description, Reading reading) {
  auto tool = std::make_shared<Tool>(description);
  tool->built_in = [reading = std::move(reading)](ToolInput input, const CancelToken&) {
    return run(reading, std::move(input.arguments));
  };
  return tool;
}

Tool reading_tool(std::string_view name, std::string description, Json parameters) {
  auto tool = describe_built_in(std::string(name), std::move(description), std::move(parameters));
  tool.parallel = true;
  tool.effects = {"read"};
  return tool;
}

const Tool& load_skill_tool() {
  static const Tool tool = reading_tool(
      kLoadSkill, "Loads the instructions of a skill from <available_skills>. Call it before a task that the skill is for.",
      {{"type", "object"},
       {"additionalProperties", false},
       {"required", {"name"}},
       {"properties", {{"name", {{"type", "string"}, {"description", "The skill's name, as it is listed."}}}}}});
  return tool;
}

const Tool& read_skill_resource_tool() {
  static const Tool tool = reading_tool(
      kReadSkillResource, "Reads a text file that lies beside a skill's instructions, such as references/api.md.",
      {{"type", "object"},
       {"additionalProperties", false},
       {"required", {"skill", "path"}},
       {"properties",
        {{"skill", {{"type", "string"}, {"description", "The skill's name."}}},
         {"path", {{"type", "string"}, {"description", "The file's path in the skill's folder."}}}}}});
  return tool;
}

}  // namespace

bool loads_by_tool(skills::PromptForm form, bool has_read_tool) {
  return form == skills::PromptForm::progressive || (form == skills::PromptForm::automatic && !has_read_tool);
}

std::vector<std::shared_ptr<const Tool>> skill_tools(const SkillContext& context,
                                                     const std::shared_ptr<const skills::Offer>& offer) {
  Reading reading{offer, context.loop(), context.judge(), nullptr};
  auto load = reading;
  load.read = [](const Skill& skill, const std::string&) { return skills::load_skill_text(skill); };
  reading.read = [](const Skill& skill, const std::string& path) { return skills::read_skill_resource(skill, path); };
  return {make(load_skill_tool(), std::move(load)), make(read_skill_resource_tool(), std::move(reading))};
}

std::unique_ptr<TurnSkills> TurnSkills::create(const TurnEnvironment& environment, const TurnInput& input,
                                               std::uint64_t context_tokens) {
  if (!environment.skills || !input.use_tools) return nullptr;
  auto offer = environment.skills->skills().offer(input.agent, context_tokens);
  if (offer->empty()) return nullptr;
  return std::make_unique<TurnSkills>(*environment.skills, std::move(offer));
}

void TurnSkills::prepare(Message& system, TurnTools& tools) {
  bool by_tool = loads_by_tool(offer_->form, tools.find(kRead) != nullptr);
  if (by_tool) {
    for (auto& tool : skill_tools(context_, offer_)) tools.add(std::move(tool));
    if (!tools.find(kLoadSkill)) return;  // the operator denies it: a list without a way in would only mislead
  }
  const auto& section = by_tool ? offer_->progressive_section : offer_->upstream_section;
  if (!section.empty()) system = context_.with_section(system, offer_, section);
}

}  // namespace chela::runtime
