// Skills of strangers: a SKILL.md, its block of keys, its manifest, the catalogue and the commands that come of it
// (kernel/runtime/skills), and what installers would get to see (needs).

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/command_names.hpp"
#include "kernel/runtime/skills/frontmatter.hpp"
#include "kernel/runtime/skills/gate.hpp"
#include "kernel/runtime/skills/inspect.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/needs/option.hpp"
#include "kernel/runtime/skills/prompt.hpp"
#include "kernel/runtime/skills/simple_block.hpp"
#include "kernel/runtime/skills/skill.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

namespace skills = runtime::skills;
namespace needs = runtime::skills::needs;

constexpr const char* kDirectory = "/skills/directory-name";

std::string text_of(const skills::Fields& fields) {
  std::string out;
  for (const auto& [key, value] : fields.all()) out += fmt::format("{}:{}={}:{}\n", key.size(), key, value.size(), value);
  return out;
}

std::string text_of(const skills::Manifest& manifest) {
  return skills::to_json(manifest).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string text_of(const skills::Skill& skill) {
  return fmt::format("{}\n{}\n{}\n{} {} {} {}\n{}\n{}", skill.name, skill.description, skill.display_name,
                     skill.user_invocable, skill.hidden_from_model, skill.dispatch ? skill.dispatch->tool : "-",
                     skill.gates_lost, skill.manifest ? text_of(*skill.manifest) : "-", fmt::join(skill.notes, "\n"));
}

// The two ways through a block of keys.
void check_block(std::string_view bytes) {
  auto decoded = skills::decode_utf8(bytes);
  std::string storage;
  auto block = skills::normalize_lines(decoded, storage);
  auto simple = skills::read_simple_block(block);
  if (!simple) return;
  auto whole = skills::read_yaml_block(block);
  must(whole.has_value(), "what is read the fast way is read the long way", block);
  must(text_of(*simple) == text_of(*whole), "both ways read the same", block);
}

bool is_option(std::string_view word) { return word.starts_with('-'); }

void check_needs(const skills::Skill& skill) {
  needs::Machine machine{.home = "/person", .state = "/state", .path = "/usr/local/bin:/usr/bin:/bin"};
  machine.is_root = true;
  for (const auto& option : needs::offered_options(skill, machine)) {
    auto plan = needs::plan_for(skill, option, machine);
    if (!plan) return must(is_valid_utf8(plan.error().message), "an error is a text", plan.error().message);
    must(!plan->shown.empty(), "a person sees what would be done");
    must(plan->argv.empty() != plan->url.empty(), "a plan is a command or a download", plan->shown);
    if (!plan->argv.empty()) {
      const auto& value = plan->argv.back();
      must(!is_option(value) && !value.contains("..") && !value.contains("://"), "an installer gets a name", value);
    } else {
      must(plan->url.starts_with("https://") || plan->sha256.size() == 64, "a download is safe on the way", plan->url);
      auto below = plan->destination.lexically_relative(plan->tools);
      must(!below.empty() && below != "." && *below.begin() != "..", "a download stays below the tools", plan->shown);
    }
  }
}

void check_manifest(const skills::Manifest& manifest) {
  auto text = text_of(manifest);
  for (const auto& spec : manifest.install) {
    for (const auto& value : {spec.formula, spec.package, spec.module}) {
      must(!is_option(value) && !value.contains('\\') && !value.contains("://") && !value.contains(' '),
           "names for installers are names", value);
    }
    must(spec.url.empty() || spec.url.starts_with("http://") || spec.url.starts_with("https://"), "a URL is one", spec.url);
  }
  auto again = skills::read_manifest("{\"openclaw\":" + text + "}");
  must(again.manifest && text_of(*again.manifest) == text, "what was read means the same when it is written", text);
}

void check_prompt(const skills::Skill& skill, std::size_t units_max) {
  std::vector<skills::PromptSkill> list = {{skill.name, skill.description, "/skills/x/SKILL.md"},
                                           {"other", skill.description, skill.name}};
  for (auto form : {skills::CatalogueForm::upstream, skills::CatalogueForm::progressive}) {
    auto prompt = skills::make_prompt(list, {.skills_max = 2, .units_max = units_max}, form);
    must(skills::utf16_length(prompt.text) <= units_max, "a catalogue keeps its limit", prompt.text);
    must(prompt.included <= list.size(), "no skill is listed twice");
    std::size_t opened = 0;
    for (auto at = prompt.text.find("<skill>"); at != std::string::npos; at = prompt.text.find("<skill>", at + 1)) ++opened;
    must(opened == prompt.included, "no text of a skill begins another", prompt.text);
  }
}

void check_commands(const skills::Skill& skill) {
  auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  for (const auto& command : skills::command_names({skill.name, skill.name}, {"help"})) {
    must(!command.empty() && command.size() <= skills::kCommandUnitsMax && std::ranges::all_of(command, fits),
         "a command can be typed", command);
  }
}

// A half of a surrogate pair is written as upstream writes it, escaped; the library reads no such half.
std::string with_whole_characters(std::string line) {
  for (std::size_t at = line.find('\\'); at != std::string::npos; at = line.find('\\', at + 2)) {
    bool is_half = line.compare(at, 3, "\\ud") == 0 && at + 3 < line.size() && line[at + 3] >= '8';
    if (is_half) line.replace(at + 2, 4, "fffd");
  }
  return line;
}

}  // namespace

void run(std::string_view bytes) {
  check_block(bytes);
  auto line = skills::inspect_text(bytes, kDirectory, {});
  must(nlohmann::json::accept(with_whole_characters(line)), "a skill is a line of JSON", line);
  auto loaded = skills::read_skill(bytes, "directory-name");
  if (!loaded) return must(!loaded.error().message.empty(), "a refusal says why");
  const auto& skill = loaded->skill;
  must(!skill.name.empty() && !skill.description.empty(), "a skill has a name and a description");
  must(skill.content_hash.size() == 64, "a skill has a hash");
  // Everything is read of the text with LF at the ends of its lines.
  auto decoded = skills::decode_utf8(bytes);
  std::string storage;
  auto again = skills::read_skill(skills::normalize_lines(decoded, storage), "directory-name");
  must(again && text_of(again->skill) == text_of(skill) && text_of(again->fields) == text_of(loaded->fields),
       "ends of lines and malformed bytes mean nothing else", bytes);
  skills::Surroundings here;
  must(skills::is_eligible(skill, here) == skills::unmet_needs(skill, here).empty(), "what is missing has a name");
  if (skill.manifest) check_manifest(*skill.manifest);
  check_needs(skill);
  Dice dice(bytes);
  check_prompt(skill, dice.below(4000));
  check_commands(skill);
}

}  // namespace chela::fuzz
