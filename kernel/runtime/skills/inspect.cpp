#include "kernel/runtime/skills/inspect.hpp"

#include <algorithm>
#include <memory>

#include <dirent.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "kernel/core/config/json5.hpp"
#include "kernel/runtime/skills/command_names.hpp"
#include "kernel/runtime/skills/directory_scan.hpp"
#include "kernel/runtime/skills/gate.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/prompt.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kDirectoriesMax = 1'000'000;

// Members of one line. Texts may hold lone surrogates, which the JSON library refuses: so it is written here.
class Line {
 public:
  void text(std::string_view key, std::string_view value) {
    name(key);
    append_json_text(out_, value);
  }
  void truth(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  void raw(std::string_view key, std::string_view json) {
    name(key);
    out_ += json;
  }
  std::string take() && { return std::move(out_) + '}'; }

 private:
  void name(std::string_view key) {
    if (out_.size() > 1) out_ += ',';
    append_json_text(out_, key);
    out_ += ':';
  }
  std::string out_ = "{";
};

std::string json_of(const Fields& fields) {
  Line line;
  for (const auto& [key, value] : fields.all()) line.text(key, value);
  return std::move(line).take();
}

std::string json_of(const Diagnostic& diagnostic) {
  Line line;
  line.text("kind", name_of(diagnostic.kind));
  line.text("message", diagnostic.message);
  return std::move(line).take();
}

std::string json_of(const ToolDispatch& dispatch) {
  Line line;
  line.text("kind", "tool");
  line.text("toolName", dispatch.tool);
  line.text("argMode", "raw");
  return std::move(line).take();
}

std::string json_of(const Skill& skill, const std::vector<Unmet>& unmet) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& one : unmet) {
    out.push_back({{"need", name_of(one.need)}, {"what", one.what}, {"message", one.message}});
  }
  for (const auto& note : skill.notes) out.push_back({{"need", "note"}, {"message", note}});
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string skill_line(const LoadedSkill& loaded, std::string_view directory, const Surroundings& here, bool parity) {
  const auto& skill = loaded.skill;
  Line line;
  line.text("dir", directory);
  line.truth("ok", true);
  line.text("name", skill.name);
  line.text("description", skill.description);
  line.text("displayName", skill.display_name);
  line.text("contentHash", skill.content_hash);
  line.text("skillKey", skill.key());
  line.text("command", command_name_of(skill.name));
  if (skill.dispatch) line.raw("dispatch", json_of(*skill.dispatch));
  line.truth("userInvocable", skill.user_invocable);
  line.truth("disableModelInvocation", skill.hidden_from_model);
  auto replace = nlohmann::ordered_json::error_handler_t::replace;
  line.raw("metadata", skill.manifest ? to_json(*skill.manifest).dump(-1, ' ', false, replace) : "null");
  line.truth("eligible", is_eligible(skill, here));
  line.raw("frontmatter", json_of(loaded.fields));
  if (!parity) line.raw("diagnostics", json_of(skill, unmet_needs(skill, here)));
  return std::move(line).take();
}

std::string error_line(const Diagnostic& diagnostic, std::string_view directory) {
  Line line;
  line.text("dir", directory);
  line.truth("ok", false);
  line.raw("error", json_of(diagnostic));
  return std::move(line).take();
}

LoadSettings load_settings(const InspectSettings& settings) {
  LoadSettings load{.refuse_hard_links = false};
  if (settings.parity) return load;
  load.any_case = true;
  load.manifest = {.later_namespaces = true, .named_env = true, .platform_names = true};
  return load;
}

Surroundings surroundings_of(const InspectSettings& settings, const nlohmann::json* config) {
  Surroundings here{.platform = settings.platform};
  here.has_bin = [&settings](const std::string& name) { return settings.bins.contains(name); };
  here.variable = [&settings](const std::string& name) {
    auto found = std::ranges::find(settings.env, name, &std::pair<std::string, std::string>::first);
    return found == settings.env.end() ? std::string() : found->second;
  };
  here.config = config;
  here.lost_gates_refuse = !settings.parity;
  return here;
}

std::string prompt_line(const std::vector<PromptSkill>& skills) {
  auto prompt = make_prompt(skills);
  Line line;
  line.text("prompt", prompt.text);
  line.raw("included", std::to_string(prompt.included));
  line.raw("of", std::to_string(skills.size()));
  return std::move(line).take();
}

std::string line_of(const std::expected<LoadedSkill, Diagnostic>& loaded, std::string_view directory,
                    const Surroundings& here, bool parity) {
  return loaded ? skill_line(*loaded, directory, here, parity) : error_line(loaded.error(), directory);
}

struct Listing {
  bool has_skill = false;
  std::vector<std::string> below;
};

Listing list(const std::string& directory) {
  Listing out;
  std::unique_ptr<DIR, decltype(&::closedir)> stream(::opendir(directory.c_str()), &::closedir);
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
    std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (name == "SKILL.md") out.has_skill = true;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat status{};
      is_folder = ::lstat((directory + '/' + entry->d_name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    }
    if (is_folder && name != ".git" && name != "node_modules") out.below.emplace_back(name);
  }
  std::ranges::sort(out.below, [](const auto& a, const auto& b) { return utf16_less(b, a); });
  return out;
}

}  // namespace

std::vector<std::string> skill_directories(const std::string& root) {
  std::vector<std::string> out, stack{root};
  for (std::size_t seen = 0; !stack.empty() && seen < kDirectoriesMax; ++seen) {
    auto directory = std::move(stack.back());
    stack.pop_back();
    auto listing = list(directory);
    for (const auto& name : listing.below) stack.push_back(directory + '/' + name);
    if (listing.has_skill) out.push_back(std::move(directory));
  }
  return out;
}

Result<void> inspect(const std::string& root, const InspectSettings& settings,
                     const std::function<void(const std::string&)>& line) {
  auto top = root;
  while (top.size() > 1 && top.ends_with('/')) top.pop_back();
  if (!is_directory(top))
    return fail(ErrorCode::not_found, "reading the skills of {}: there is no such directory", root);
  nlohmann::json config;
  if (!settings.config.empty()) {
    auto parsed = config::parse_json5(settings.config);
    if (!parsed) return fail(ErrorCode::invalid_argument, "reading the configuration: {}", parsed.error().message);
    config = std::move(*parsed);
  }
  auto load = load_settings(settings);
  auto here = surroundings_of(settings, &config);
  std::vector<PromptSkill> visible;
  for (const auto& directory : skill_directories(top)) {
    auto relative = directory == top ? std::string_view(".") : std::string_view(directory).substr(top.size() + 1);
    auto loaded = load_skill(directory, Source::workspace, load);
    line(line_of(loaded, relative, here, settings.parity));
    bool shown = settings.prompt && loaded && !loaded->skill.hidden_from_model && is_eligible(loaded->skill, here);
    if (shown) visible.push_back({loaded->skill.name, loaded->skill.description, loaded->skill.file_path});
  }
  if (settings.prompt) line(prompt_line(visible));
  return {};
}

std::string inspect_text(std::string_view bytes, std::string_view directory, const InspectSettings& settings) {
  auto loaded = read_skill(bytes, directory, load_settings(settings));
  return line_of(loaded, directory, surroundings_of(settings, nullptr), settings.parity);
}

}  // namespace chela::runtime::skills
