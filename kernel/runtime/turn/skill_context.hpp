#pragma once

// What turns have of the skills of this gateway. Loop thread only; outlives the turns.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/skills/offer.hpp"
#include "kernel/runtime/turn/message.hpp"

namespace chela::runtime {

struct SkillSources {
  Loop& loop;
  skills::Skills& skills;
  std::function<bool()> is_current = {};        // what is known is what is on disk, as far as can be told; null: always
  std::function<Task<void>()> refresh = {};     // looks
  // Why a skill must not be used after all, asked on a worker when a model wants its text; empty: it may. Null: nobody
  // is asked.
  std::function<std::string(const skills::Skill&)> judge = {};
};

class SkillContext {
 public:
  explicit SkillContext(SkillSources sources) : sources_(std::move(sources)) {}
  SkillContext(const SkillContext&) = delete;
  SkillContext& operator=(const SkillContext&) = delete;

  skills::Skills& skills() const { return sources_.skills; }
  Loop& loop() const { return sources_.loop; }
  bool is_current() const { return !sources_.is_current || sources_.is_current(); }
  Task<void> refresh() const { return sources_.refresh(); }
  const std::function<std::string(const skills::Skill&)>& judge() const { return sources_.judge; }

  // The system message with a section of an offer behind it. Made once for each, and shared by the turns.
  Message with_section(const Message& system, std::shared_ptr<const skills::Offer> offer, const std::string& section);

 private:
  static constexpr std::size_t kKeptMax = 8;
  struct Kept {
    Message system;
    std::shared_ptr<const skills::Offer> offer;
    const std::string* section;  // in the offer
    Message made;
  };

  SkillSources sources_;
  std::vector<Kept> kept_;  // the last used at the end
};

// The message of a person as the model gets it: with the skills that it names as $name in front. Errors are for the
// person.
Result<std::string> expand_skill_references(const SkillContext* context, std::string_view agent, std::string_view text,
                                            bool has_read_tool);

}  // namespace chela::runtime
