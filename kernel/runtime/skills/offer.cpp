#include "kernel/runtime/skills/offer.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/runtime/skills/command_names.hpp"
#include "kernel/runtime/skills/prompt.hpp"

namespace chela::runtime::skills {
namespace {

using Json = nlohmann::json;

// Null when there is none; of null, null.
const Json* member(const Json* object, const char* key) {
  if (!object || !object->is_object()) return nullptr;
  auto found = object->find(key);
  return found == object->end() ? nullptr : &*found;
}

std::size_t size_at(const Json* object, const char* key, std::size_t otherwise) {
  const auto* found = member(object, key);
  return found && found->is_number_unsigned() ? found->get<std::size_t>() : otherwise;
}

PromptForm form_of(const Json& config) {
  const auto* form = member(member(&config, "skills"), "prompt");
  if (form && *form == "upstream") return PromptForm::upstream;
  return form && *form == "progressive" ? PromptForm::progressive : PromptForm::automatic;
}

// `agent` is what the configuration says of the agent; null: nothing.
PromptLimits limits_of(const Json& config, const Json* agent) {
  const auto* limits = member(member(&config, "skills"), "limits");
  PromptLimits out;
  out.skills_max = size_at(limits, "maxSkillsInPrompt", out.skills_max);
  out.units_max = size_at(limits, "maxSkillsPromptChars", out.units_max);
  out.units_max = size_at(member(agent, "skillsLimits"), "maxSkillsPromptChars", out.units_max);
  return out;
}

// Which skills one agent gets: those that are eligible here, in the order of the collection.
class Choosing {
 public:
  Choosing(const Collection& collection, const Surroundings& here) : collection_(collection), here_(here) {}

  // `list`: the agent's; none: all. `commands` by eligible, user-invocable skill, in order.
  void choose(const std::optional<std::vector<std::string>>& list, const std::vector<std::string>& taken, Offer& out) {
    std::vector<std::string> called;
    for (const auto& skill : collection_.set.skills) {
      bool on_list = !list || std::ranges::find(*list, skill.name) != list->end();
      bool eligible = skill.withheld.empty() && is_eligible(skill, here_);
      if (eligible && skill.user_invocable) called.push_back(skill.name);
      if (eligible && on_list) {
        out.skills.push_back({&skill, {}});
      } else {
        out.left_out.push_back({&skill, eligible ? std::vector<Unmet>() : unmet_needs(skill, here_), on_list});
      }
    }
    // Over all of them, so that a skill has the same command for every agent.
    auto commands = command_names(called, taken);
    std::size_t next = 0;
    for (auto& [skill, command] : out.skills) {
      while (next < called.size() && skill->user_invocable && called[next] != skill->name) ++next;
      if (skill->user_invocable && next < called.size()) command = commands[next];
    }
  }

 private:
  const Collection& collection_;
  const Surroundings& here_;
};

}  // namespace

std::string LeftOutSkill::reason() const {
  if (!skill->withheld.empty()) return skill->withheld;
  if (!unmet.empty()) return unmet.front().message;
  return on_list ? std::string() : "the agent's list of skills does not name it";
}

const OfferedSkill* Offer::find(std::string_view name) const {
  auto found = std::ranges::find_if(skills, [&](const auto& one) { return one.skill->name == name; });
  return found == skills.end() ? nullptr : &*found;
}

const LeftOutSkill* Offer::find_left_out(std::string_view name) const {
  auto found = std::ranges::find_if(left_out, [&](const auto& one) { return one.skill->name == name; });
  return found == left_out.end() ? nullptr : &*found;
}

Skills::Skills(Loop& loop, OfferSources sources) : loop_(loop), sources_(std::move(sources)), programs_([this] {
  const auto* path = config::find_variable(sources_.variables, "PATH");
  return path ? *path : std::string();
}()) {}

std::shared_ptr<const Offer> Skills::offer(std::string_view agent, std::uint64_t context_tokens) {
  const auto& config = sources_.config();
  const auto* entry = find_agent(config, agent);
  // No prompt is so long that a context of this size needs it shorter.
  bool is_roomy = context_tokens / 5 >= limits_of(config, entry).units_max;
  return find_or_make({entry ? agent : std::string_view(), is_roomy ? 0 : context_tokens, false});
}

std::shared_ptr<const Offer> Skills::offer_of_all() { return find_or_make({{}, 0, true}); }

void Skills::set_taken_commands(std::vector<std::string> names) {
  std::ranges::sort(names);
  if (names == taken_commands_) return;
  taken_commands_ = std::move(names);
  offers_.clear();
}

void Skills::forget() {
  offers_.clear();
  missing_programs_.clear();
  config_.reset();
}

const Surroundings& Skills::surroundings() {
  if (!config_) take_config();
  return surroundings_;
}

bool Skills::has_bin(const std::string& name) {
  if (missing_programs_.contains(name)) return false;
  if (programs_.has(name)) return true;
  if (missing_programs_.empty()) looked_at_ = loop_.now();
  missing_programs_.insert(name);
  return false;
}

// A person who installs a program that a skill lacks does not tell us.
void Skills::look_again() {
  if (missing_programs_.empty() || loop_.now() - looked_at_ < kLookAgainAfter) return;
  looked_at_ = loop_.now();
  auto is_there = [&](const std::string& name) { return programs_.has(name); };
  if (std::ranges::none_of(missing_programs_, is_there)) return;
  missing_programs_.clear();
  offers_.clear();
}

// False, and null in its place: it names a secret that cannot be had.
bool Skills::resolve(Json& value, const std::string& place) {
  if (value.is_null() || !sources_.resolve_secret) return true;
  auto resolved = sources_.resolve_secret(value);
  value = resolved ? Json(std::move(*resolved)) : Json();
  if (!resolved) warn("skills.entries." + place + ": " + resolved.error().message);
  return resolved.has_value();
}

void Skills::warn(const std::string& text) {
  if (sources_.warn && warned_.insert(text).second) sources_.warn(text);
}

void Skills::take_config() {
  auto config = std::make_shared<Json>(sources_.config());
  surroundings_ = {};
  for (auto& [key, entry] : (*config)["skills"]["entries"].items()) {
    if (!entry.is_object() || entry.value("enabled", Json()) == false) continue;
    auto api_key = entry.find("apiKey");
    if (api_key != entry.end() && !resolve(*api_key, key + ".apiKey")) surroundings_.secrets_unavailable.insert(key);
    auto env = entry.find("env");
    if (env == entry.end() || !env->is_object()) continue;
    for (auto& [name, value] : env->items()) resolve(value, key + ".env." + name);
  }
  config_ = std::move(config);
  surroundings_.has_bin = [this](const std::string& name) { return has_bin(name); };
  surroundings_.variable = [this](const std::string& name) {
    const auto* value = config::find_variable(sources_.variables, name);
    return value ? *value : std::string();
  };
  surroundings_.config = config_.get();
  const auto* strict = member(member(member(config_.get(), "skills"), "load"), "requireReadableMetadata");
  surroundings_.lost_gates_refuse = strict && *strict == true;
}

std::shared_ptr<const Offer> Skills::find_or_make(AskedFor asked) {
  auto collection = sources_.collection();
  if (collection != collection_) {
    collection_ = std::move(collection);
    offers_.clear();
  }
  look_again();
  if (collection_->set.skills.empty()) asked = {};  // the same nothing for everybody
  if (auto found = offers_.find(asked); found != offers_.end()) return found->second;
  if (offers_.size() >= kKeptMax) offers_.clear();
  Key key{std::string(asked.agent), asked.context_tokens, asked.any_agent};
  auto made = make(key);
  return offers_.emplace(std::move(key), std::move(made)).first->second;
}

std::shared_ptr<const Offer> Skills::make(const Key& key) {
  const auto& here = surroundings();
  auto offer = std::make_shared<Offer>();
  offer->version = ++last_version_;
  offer->collection = collection_;
  offer->form = form_of(*config_);
  auto list = key.any_agent ? std::nullopt : skills_of_agent(*config_, key.agent);
  Choosing(*collection_, here).choose(list, taken_commands_, *offer);
  if (!key.any_agent) add_what_a_turn_needs(key, *offer);
  return offer;
}

void Skills::add_what_a_turn_needs(const Key& key, Offer& offer) {
  std::vector<PromptSkill> shown;
  for (const auto& [skill, command] : offer.skills) {
    if (skill->hidden_from_model) continue;
    shown.push_back({skill->name, skill->description, compact_home(skill->file_path, {sources_.home})});
  }
  auto limits = limits_of(*config_, find_agent(*config_, key.agent));
  auto section = [&](CatalogueForm form) {
    auto prompt = make_prompt(shown, limits, form).text;
    return skills_section(shorten_for_context(std::move(prompt), key.context_tokens), form);
  };
  if (offer.form != PromptForm::progressive) offer.upstream_section = section(CatalogueForm::upstream);
  if (offer.form != PromptForm::upstream) offer.progressive_section = section(CatalogueForm::progressive);

  VariableSources variables{.entries = &(*config_)["skills"]["entries"],
                            .is_set = [&](const std::string& name) { return sources_.variables.contains(name); },
                            .resolve = {}};
  for (const auto& [skill, command] : offer.skills) add_variables(*skill, variables, offer.environment);
  for (const auto& note : offer.environment.notes) warn(note);
}

}  // namespace chela::runtime::skills
