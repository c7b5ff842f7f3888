#pragma once

// The skills that an agent is offered, and all that comes with them. One that is made stays as it is: a turn holds its
// own from beginning to end, whatever changes meanwhile.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/config/overlay.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/runtime/skills/environment.hpp"
#include "kernel/runtime/skills/gate.hpp"
#include "kernel/runtime/skills/library.hpp"
#include "kernel/runtime/skills/programs.hpp"

namespace chela::runtime::skills {

// `skills.prompt`: how a model is told of skills.
enum class PromptForm : std::uint8_t {
  automatic,    // upstream's where the turn has a tool named `read`, else progressive
  upstream,     // the list with the places of the files, which the model reads itself
  progressive,  // names and descriptions; the rest by the tools load_skill and read_skill_resource
};

struct OfferedSkill {
  const Skill* skill = nullptr;  // in the offer's collection
  std::string command;           // as people type it, without the slash; empty: they cannot
};

// A skill that is there and not offered, and why: `skill->withheld`, or what is missing here, or the agent's list.
struct LeftOutSkill {
  const Skill* skill = nullptr;
  std::vector<Unmet> unmet;
  bool on_list = true;  // false: the agent's list of skills does not name it

  std::string reason() const;  // one sentence for a person
};

// Immutable; any thread.
struct Offer {
  std::uint64_t version = 0;  // no two offers with different content have the same
  std::shared_ptr<const Collection> collection;
  std::vector<OfferedSkill> skills;    // by name, as people sort
  std::vector<LeftOutSkill> left_out;  // likewise
  PromptForm form = PromptForm::automatic;
  std::string upstream_section;     // of the system message; empty: not asked for, or nothing to say
  std::string progressive_section;  // likewise
  RunEnvironment environment;       // of what is run for the skills

  bool empty() const { return skills.empty(); }
  const OfferedSkill* find(std::string_view name) const;  // by its exact name
  const LeftOutSkill* find_left_out(std::string_view name) const;
};

// What offers are made from; everything is asked on the loop thread.
struct OfferSources {
  std::function<std::shared_ptr<const Collection>()> collection;
  std::function<const nlohmann::json&()> config;  // the whole one, in effect
  std::function<Result<std::string>(const nlohmann::json&)> resolve_secret;  // null: only plain texts
  const config::Environment& variables;  // of the process; outlives the offers
  std::string home;                      // of the person; shown as ~
  std::function<void(const std::string&)> warn;  // told once of each thing; null: nobody
};

// Makes offers, once for each agent and version of skills and configuration. Loop thread only.
class Skills {
 public:
  Skills(Loop& loop, OfferSources sources);
  Skills(const Skills&) = delete;
  Skills& operator=(const Skills&) = delete;

  // What an agent is offered now, never null. `context_tokens` of its model; 0: unknown. An agent that the configuration
  // does not name is offered what the defaults say.
  std::shared_ptr<const Offer> offer(std::string_view agent, std::uint64_t context_tokens = 0);
  // The skills for no agent in particular, whose list holds: for commands, without sections and variables.
  std::shared_ptr<const Offer> offer_of_all();

  // Names that commands of skills cannot have.
  void set_taken_commands(std::vector<std::string> names);
  // The configuration, or what the machine has, may have changed: the next offer is made anew.
  void forget();
  // Everything that a skill may need, as the machine and the configuration are now. Good until the next forget().
  const Surroundings& surroundings();

 private:
  // What decides what an offer holds, beside the skills and the configuration.
  template <class Text>
  struct For {
    Text agent;  // empty: one that the configuration does not name
    std::uint64_t context_tokens = 0;
    bool any_agent = false;
  };
  using AskedFor = For<std::string_view>;
  using Key = For<std::string>;
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const For<A>& a, const For<B>& b) const {
      auto key = [](const auto& one) {
        return std::make_tuple(std::string_view(one.agent), one.context_tokens, one.any_agent);
      };
      return key(a) < key(b);
    }
  };
  static constexpr std::size_t kKeptMax = 64;
  // A program that was missing is looked for again after so long.
  static constexpr Duration kLookAgainAfter = std::chrono::seconds(30);

  std::shared_ptr<const Offer> find_or_make(AskedFor asked);
  std::shared_ptr<const Offer> make(const Key& key);
  void add_what_a_turn_needs(const Key& key, Offer& offer);
  void look_again();
  void take_config();
  bool resolve(nlohmann::json& value, const std::string& place);
  void warn(const std::string& text);
  bool has_bin(const std::string& name);

  Loop& loop_;
  OfferSources sources_;
  Programs programs_;
  std::set<std::string, std::less<>> missing_programs_;  // since looked_at_
  TimePoint looked_at_;
  std::shared_ptr<const Collection> collection_;  // that offers_ are made from
  std::shared_ptr<nlohmann::json> config_;  // with the secrets of skills in the place of references; null: ask
  Surroundings surroundings_;
  std::vector<std::string> taken_commands_;
  std::map<Key, std::shared_ptr<const Offer>, Less> offers_;
  std::set<std::string, std::less<>> warned_;
  std::uint64_t last_version_ = 0;
};

}  // namespace chela::runtime::skills
