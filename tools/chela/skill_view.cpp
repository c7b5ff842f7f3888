#include "tools/chela/skill_view.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/app/settings.hpp"
#include "kernel/app/skill_roots.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/paths.hpp"
#include "kernel/runtime/skills/programs.hpp"

namespace chela::cli {
namespace {

namespace fs = std::filesystem;
namespace skills = runtime::skills;

std::vector<fs::path> folders_of_plugins(const Installation& installation) {
  std::vector<fs::path> out;
  std::vector<std::string> problems;  // the gateway's log names them
  for (const auto& found : installation.discover_plugins().plugins) {
    if (!found.disabled_because.empty() || found.manifest.skills.empty()) continue;
    std::ranges::move(app::skill_folders(found.manifest, problems), std::back_inserter(out));
  }
  return out;
}

std::vector<skills::Root> roots_of(const SkillView& view, const SkillView::Options& options) {
  std::vector<skills::Root> out;
  for (const auto& root : options.roots) out.push_back({root, skills::Source::workspace});
  if (!out.empty()) return out;
  const auto& installation = view.installation;
  return app::skill_roots({.config = *view.config,
                           .environment = installation.request.environment,
                           .home = installation.home,
                           .workspace = app::workspace(*view.config, installation.home.workspace()),
                           .of_plugins = folders_of_plugins(installation)});
}

void judge_rows(SkillView& view, const SkillView::Options& options) {
  const auto& environment = view.installation.request.environment;
  skills::Programs programs(view.machine.path);
  skills::Surroundings here{.platform = view.machine.platform,
                            .has_bin = [&](const std::string& name) { return programs.has(name); }};
  here.variable = [&](const std::string& name) -> std::string {
    const auto* value = config::find_variable(environment, name);
    return value ? *value : "";
  };
  here.config = &view.config->root();
  skills::scan::Judge judge(view.installation.home.skill_state() / "judged.json");
  judge.configure(skills::scan::judge_settings(view.config->root()));
  auto list = options.agent.empty() ? std::nullopt : skills::skills_of_agent(view.config->root(), options.agent);
  for (auto& skill : view.set.skills) {
    SkillRow row{.skill = &skill, .unmet = skills::unmet_needs(skill, here), .judgement = judge.judge(skill)};
    row.on_list = !list || std::ranges::find(*list, skill.name) != list->end();
    skill.withheld = row.judgement.withheld;
    view.rows.push_back(std::move(row));
  }
}

// Letters and digits, everything else one hyphen: "Web Search" and "web_search" are the same to a person.
std::string plain_name(std::string_view name) {
  std::string out;
  for (char c : to_lower(name)) {
    bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (kept) out += c;
    if (!kept && !out.empty() && out.back() != '-') out += '-';
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<SkillView>> SkillView::read(const Options& options) {
  auto view = std::make_unique<SkillView>(SkillView{.installation = Installation::read(options.config)});
  CHELA_TRY(view->config, view->installation.snapshot());
  auto home = platform::home_directory();
  view->machine = skills::needs::machine_here(view->config->root(), home.value_or(fs::path("/")),
                                              view->installation.home.root);
  view->roots = roots_of(*view, options);
  view->set = skills::load_skills(view->roots, app::skill_discovery(*view->config));
  judge_rows(*view, options);
  return view;
}

Result<const SkillRow*> SkillView::find(const std::string& name) const {
  auto lower = to_lower(name);
  auto plain = plain_name(name);
  const std::function<bool(const skills::Skill&)> ways[] = {
      [&](const skills::Skill& skill) { return skill.name == name; },
      [&](const skills::Skill& skill) { return skill.key() == name; },
      [&](const skills::Skill& skill) { return to_lower(skill.name) == lower || to_lower(skill.key()) == lower; },
      [&](const skills::Skill& skill) {
        return !plain.empty() && (plain_name(skill.name) == plain || plain_name(skill.key()) == plain);
      }};
  for (const auto& fits : ways) {
    const SkillRow* found = nullptr;
    std::size_t count = 0;
    for (const auto& row : rows) {
      if (fits(*row.skill)) found = &row, ++count;
    }
    if (count == 1) return found;
    if (count > 1) return fail(ErrorCode::not_found, "{} skills could be meant by {}; give the exact name", count, name);
  }
  return fail(ErrorCode::not_found, "there is no skill {}; chela skills list names them all", name);
}

void add_tool_path(config::Environment& environment, const fs::path& state) {
  auto home = platform::home_directory();
  if (!home) return;
  const auto* path = config::find_variable(environment, "PATH");
  environment["PATH"] = skills::needs::path_with_tools(path ? *path : std::string_view(), *home, state);
}

}  // namespace chela::cli
