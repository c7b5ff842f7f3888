#include "kernel/runtime/turn/skill_context.hpp"

#include <algorithm>

#include "kernel/runtime/skills/references.hpp"
#include "kernel/runtime/turn/hook_message.hpp"
#include "kernel/runtime/turn/turn_skills.hpp"

namespace chela::runtime {

Message SkillContext::with_section(const Message& system, std::shared_ptr<const skills::Offer> offer,
                                   const std::string& section) {
  auto same = [&](const Kept& kept) { return kept.system == system && kept.section == &section; };
  if (auto found = std::ranges::find_if(kept_, same); found != kept_.end()) {
    std::rotate(found, found + 1, kept_.end());
    return kept_.back().made;
  }
  // Older skills go with the last turn that has them.
  std::erase_if(kept_, [&](const Kept& kept) { return kept.offer->collection != offer->collection; });
  if (kept_.size() >= kKeptMax) kept_.erase(kept_.begin());
  auto made = with_text_around(system, "", section);
  return kept_.emplace_back(system, std::move(offer), &section, std::move(made)).made;
}

Result<std::string> expand_skill_references(const SkillContext* context, std::string_view agent, std::string_view text,
                                            bool has_read_tool) {
  if (!context || skills::referenced_names(text).empty()) return std::string(text);
  auto offer = context->skills().offer(agent);
  auto all = context->skills().offer_of_all();
  return skills::expand_references(text, *offer, *all, loads_by_tool(offer->form, has_read_tool));
}

}  // namespace chela::runtime
