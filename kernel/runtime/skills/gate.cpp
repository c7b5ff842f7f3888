#include "kernel/runtime/skills/gate.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/install_spec.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

using Json = nlohmann::json;

const Json* member(const Json* object, std::string_view key) {
  if (!object || !object->is_object()) return nullptr;
  auto found = object->find(key);
  return found == object->end() ? nullptr : &*found;
}

// What JavaScript has on every object: no path leads there.
bool is_blocked(std::string_view name) {
  return name == "__proto__" || name == "constructor" || name == "prototype";
}

bool is_truthy(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>() != 0;
  if (value.is_string()) return !trim_blanks(value.get_ref<const std::string&>()).empty();
  return !value.is_null();
}

bool is_text_set(const Json* value) {
  return value && value->is_string() && !trim_blanks(value->get_ref<const std::string&>()).empty();
}

// Asks for one need after another; `add` says whether to go on.
class Asking {
 public:
  Asking(const Skill& skill, const Surroundings& surroundings, bool first_only)
      : skill_(skill), here_(surroundings), first_only_(first_only) {
    skills_ = member(surroundings.config, "skills");
    entry_ = member(member(skills_, "entries"), skill.key());
  }

  std::vector<Unmet> ask() && {
    ask_settings() && ask_platform() && ask_requirements();
    return std::move(unmet_);
  }

 private:
  bool add(Need need, std::string what, std::string message) {
    unmet_.push_back({need, std::move(what), std::move(message)});
    return !first_only_;
  }

  bool ask_settings() {
    const auto& key = skill_.key();
    const auto* enabled = member(entry_, "enabled");
    bool off = enabled && enabled->is_boolean() && !enabled->get<bool>();
    if (off && !add(Need::enabled, key, "it is switched off: set skills.entries." + key + ".enabled to true"))
      return false;
    if (here_.secrets_unavailable.contains(key) &&
        !add(Need::secret, key, "its secret cannot be read: see skills.entries." + key + ".apiKey")) {
      return false;
    }
    if (!is_allowed() && !add(Need::allowed, skill_.name, "skills.allowBundled does not name it")) return false;
    if (!here_.lost_gates_refuse || !skill_.gates_lost) return true;
    return add(Need::readable, "metadata", "what it needs cannot be read: its metadata is no JSON5");
  }

  bool is_allowed() const {
    if (skill_.source != Source::bundled && skill_.source != Source::custodian) return true;
    const auto* allowed = member(skills_, "allowBundled");
    if (!allowed || !allowed->is_array()) return true;
    bool any = false;
    for (const auto& item : *allowed) {
      auto text = js_text_of(item);
      auto name = trim_blanks(text);
      if (name == skill_.key() || name == skill_.name) return true;
      any = any || !name.empty();
    }
    return !any;
  }

  bool ask_platform() {
    if (!skill_.manifest || skill_.manifest->os.empty()) return true;
    const auto& os = skill_.manifest->os;
    auto named = [&](const std::string& platform) { return std::ranges::find(os, platform) != os.end(); };
    if (named(here_.platform) || std::ranges::any_of(here_.remote_platforms, named)) return true;
    return add(Need::os, os.front(), "it is for " + joined(os) + " and this is " + here_.platform);
  }

  bool ask_requirements() {
    if (!skill_.manifest || skill_.manifest->always.value_or(false) || !skill_.manifest->needs) return true;
    const auto& needs = *skill_.manifest->needs;
    for (const auto& name : needs.env) {
      if (!has_env(name) && !add(Need::env, name, "the variable " + name + " is not set")) return false;
    }
    for (const auto& path : needs.config) {
      if (!is_set_in(here_.config, path) && !add(Need::config, path, path + " is not set in the configuration"))
        return false;
    }
    for (const auto& bin : needs.bins) {
      if (!has_bin(bin) && !add(Need::bin, bin, "the program " + bin + " is not on PATH: install it")) return false;
    }
    const auto& any = needs.any_bins;
    if (any.empty() || std::ranges::any_of(any, [&](const std::string& bin) { return has_bin(bin); })) return true;
    return add(Need::any_bin, any.front(), "none of the programs " + joined(any) + " is on PATH: install one");
  }

  bool has_bin(const std::string& name) const {
    return (here_.has_bin && here_.has_bin(name)) || (here_.has_remote_bin && here_.has_remote_bin(name));
  }

  bool has_env(const std::string& name) const {
    if (here_.variable && !trim_blanks(here_.variable(name)).empty()) return true;
    if (is_text_set(member(member(entry_, "env"), name))) return true;
    const auto* api_key = member(entry_, "apiKey");
    bool configured = is_text_set(api_key) || (api_key && api_key->is_object() && !api_key->empty());
    return configured && skill_.manifest->primary_env == name;
  }

  static std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
  }

  const Skill& skill_;
  const Surroundings& here_;
  bool first_only_;
  const Json* skills_ = nullptr;
  const Json* entry_ = nullptr;
  std::vector<Unmet> unmet_;
};

}  // namespace

std::string_view name_of(Need need) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"enabled", "secret", "allowed", "readable", "os", "env", "config", "bin", "anyBin"});
  return kNames[static_cast<std::size_t>(need)];
}

std::vector<Unmet> unmet_needs(const Skill& skill, const Surroundings& surroundings) {
  return Asking(skill, surroundings, false).ask();
}

bool is_eligible(const Skill& skill, const Surroundings& surroundings) {
  return Asking(skill, surroundings, true).ask().empty();
}

bool is_set_in(const Json* config, std::string_view path) {
  const Json* value = config;
  bool blocked = false;
  for (auto part : split(path, '.')) {
    if (part.empty()) continue;
    blocked = blocked || is_blocked(part);
    value = blocked ? nullptr : member(value, part);
  }
  if (value) return is_truthy(*value);
  return !blocked && (path == "browser.enabled" || path == "browser.evaluateEnabled");
}

const Json* find_agent(const Json& config, std::string_view agent) {
  const auto* agents = member(&config, "agents");
  if (const auto* entry = member(member(agents, "entries"), agent)) return entry;
  const auto* list = member(agents, "list");
  if (!list || !list->is_array()) return nullptr;
  auto found = std::ranges::find_if(*list, [&](const Json& entry) { return text_of(entry, "id") == agent; });
  return found == list->end() ? nullptr : &*found;
}

std::optional<std::vector<std::string>> skills_of_agent(const Json& config, std::string_view agent) {
  const auto* list = member(find_agent(config, agent), "skills");
  if (!list) list = member(member(member(&config, "agents"), "defaults"), "skills");
  if (!list || !list->is_array()) return std::nullopt;
  return read_text_list(Json{{"skills", *list}}, "skills");
}

}  // namespace chela::runtime::skills
