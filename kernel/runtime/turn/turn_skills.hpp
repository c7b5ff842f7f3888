#pragma once

// The skills of one turn: the section of the system message, and the tools that load them. A turn has one only when its
// agent is offered skills. Loop thread only. Part of the turn's state.

#include <memory>
#include <string_view>

#include "kernel/runtime/turn/skill_context.hpp"
#include "kernel/runtime/turn/turn.hpp"
#include "kernel/runtime/turn/turn_tools.hpp"

namespace chela::runtime {

constexpr std::string_view kLoadSkill = "load_skill";
constexpr std::string_view kReadSkillResource = "read_skill_resource";
constexpr std::string_view kRead = "read";  // the tool with which upstream's models read files

class TurnSkills {
 public:
  // Null when the agent is offered nothing, or its turn has no tools to get at it.
  static std::unique_ptr<TurnSkills> create(const TurnEnvironment& environment, const TurnInput& input,
                                            std::uint64_t context_tokens);
  TurnSkills(SkillContext& context, std::shared_ptr<const skills::Offer> offer)
      : context_(context), offer_(std::move(offer)) {}

  // Adds what the model needs to use them. The offer is held until the turn ends.
  void prepare(Message& system, TurnTools& tools);

 private:
  SkillContext& context_;
  std::shared_ptr<const skills::Offer> offer_;
};

// The tools by which a model gets at the skills of an offer.
std::vector<std::shared_ptr<const Tool>> skill_tools(const SkillContext& context,
                                                     const std::shared_ptr<const skills::Offer>& offer);

// Whether a model is told to load skills with tools, and not to read their files.
bool loads_by_tool(skills::PromptForm form, bool has_read_tool);

}  // namespace chela::runtime
