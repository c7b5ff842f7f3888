#include <algorithm>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/scan/package.hpp"
#include "tools/chela/exit_code.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/skill_report.hpp"
#include "tools/chela/skill_view.hpp"
#include "tools/chela/skills_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

namespace skills = runtime::skills;
using Json = nlohmann::json;

constexpr std::size_t kDescriptionMax = 100;

struct Arguments {
  SkillView::Options options;
  std::string name;
  bool json = false, eligible = false;
};

std::string_view state_of(const SkillRow& row) {
  if (!row.judgement.withheld.empty()) return "withheld";
  if (!row.unmet.empty()) return row.unmet.front().need == skills::Need::enabled ? "disabled" : "missing";
  return row.on_list ? "ready" : "not listed";
}

Json judgement_json(const skills::scan::Judgement& judgement) {
  Json out = {{"scanned", judgement.scanned}, {"verdict", name_of(judgement.verdict)}};
  if (!judgement.rule.empty()) {
    out["rule"] = judgement.rule;
    out["message"] = judgement.sentence;
    out["file"] = judgement.file;
    out["line"] = judgement.line;
  }
  if (!judgement.tree_hash.empty()) out["treeHash"] = judgement.tree_hash;
  if (judgement.accepted) out["accepted"] = true;
  if (!judgement.withheld.empty()) out["withheld"] = judgement.withheld;
  return out;
}

Json options_json(const SkillView& view, const SkillRow& row) {
  Json out = Json::array();
  for (const auto& option : skills::needs::offered_options(*row.skill, view.machine)) {
    auto plan = skills::needs::plan_for(*row.skill, option, view.machine);
    Json one = {{"id", option.id}, {"kind", option.spec.kind}, {"label", option.label}, {"bins", option.spec.bins}};
    if (plan) one["command"] = plan->shown;
    if (!plan) one["problem"] = plan.error().message;
    out.push_back(std::move(one));
  }
  return out;
}

bool lacks_programs(const SkillRow& row) {
  return std::ranges::any_of(row.unmet, [](const skills::Unmet& unmet) {
    return unmet.need == skills::Need::bin || unmet.need == skills::Need::any_bin;
  });
}

Json row_json(const SkillView& view, const SkillRow& row) {
  const auto& skill = *row.skill;
  Json missing = Json::array();
  for (const auto& one : row.unmet)
    missing.push_back({{"need", name_of(one.need)}, {"what", one.what}, {"message", one.message}});
  Json out = {{"name", skill.name}, {"key", skill.key()}, {"description", skill.description},
              {"source", name_of(skill.source)}, {"path", skill.file_path}, {"state", state_of(row)},
              {"eligible", row.is_offered()}, {"userInvocable", skill.user_invocable},
              {"hiddenFromModel", skill.hidden_from_model}, {"missing", missing}, {"notes", skill.notes},
              {"scan", judgement_json(row.judgement)}};
  if (lacks_programs(row)) out["install"] = options_json(view, row);
  return out;
}

Json problems_json(const SkillView& view) {
  Json out = Json::array();
  for (const auto& problem : view.set.diagnostics)
    out.push_back({{"kind", name_of(problem.kind)}, {"path", problem.path}, {"message", problem.message}});
  return out;
}

void print_line(std::string_view text) { print(for_terminal(text) + "\n"); }

// What is wrong with a skill and what to do, one line each.
void print_needs(const SkillView& view, const SkillRow& row) {
  if (!row.judgement.withheld.empty()) print_line("    withheld: " + row.judgement.withheld);
  for (const auto& one : row.unmet) print_line("    " + one.message);
  if (!row.on_list) print_line("    the agent's list of skills does not name it");
  for (const auto& note : row.skill->notes) print_line("    note: " + note);
  if (!lacks_programs(row) || !row.judgement.withheld.empty()) return;
  for (const auto& option : skills::needs::offered_options(*row.skill, view.machine)) {
    auto plan = skills::needs::plan_for(*row.skill, option, view.machine);
    if (!plan) print_line("    " + plan.error().message);
    if (plan) print_line(fmt::format("    chela skills deps {} would run: {}", row.skill->name, plan->shown));
  }
}

Result<int> list(const Arguments& arguments) {
  CHELA_TRY(auto view, SkillView::read(arguments.options));
  Json rows = Json::array();
  std::size_t offered = 0;
  for (const auto& row : view->rows) {
    offered += row.is_offered() ? 1 : 0;
    if (arguments.eligible && !row.is_offered()) continue;
    if (arguments.json) {
      rows.push_back(row_json(*view, row));
      continue;
    }
    print_line(fmt::format("{:<10}  {:<24}  {}", state_of(row), row.skill->name,
                           cut_utf8(row.skill->description, kDescriptionMax)));
  }
  if (arguments.json) {
    print_json({{"skills", rows}, {"problems", problems_json(*view)}});
    return kDone;
  }
  print(fmt::format("{} of {} skills are ready; chela skills check says what the others lack\n", offered,
                    view->rows.size()));
  return kDone;
}

Result<int> check(const Arguments& arguments) {
  CHELA_TRY(auto view, SkillView::read(arguments.options));
  if (arguments.json) {
    Json rows = Json::array();
    for (const auto& row : view->rows) {
      if (!row.is_offered() || !row.skill->notes.empty()) rows.push_back(row_json(*view, row));
    }
    Json roots = Json::array();
    for (const auto& root : view->roots) roots.push_back({{"directory", root.directory}, {"source", name_of(root.source)}});
    print_json({{"roots", roots}, {"skills", rows}, {"problems", problems_json(*view)}});
    return kDone;
  }
  for (const auto& root : view->roots) print(dim(for_terminal(fmt::format("{:<24}  {}", name_of(root.source), root.directory))) + "\n");
  std::size_t offered = 0;
  for (const auto& row : view->rows) {
    offered += row.is_offered() ? 1 : 0;
    if (row.is_offered() && row.skill->notes.empty()) continue;
    print_line(fmt::format("{}  {}", state_of(row), row.skill->name));
    print_needs(*view, row);
  }
  for (const auto& problem : view->set.diagnostics) print_line(problem.path + ": " + problem.message);
  print(fmt::format("{} of {} skills are ready\n", offered, view->rows.size()));
  return kDone;
}

// The lines that led to a verdict; nothing when it is clean.
std::optional<ScanReport> findings_of(const SkillRow& row) {
  if (row.judgement.verdict == skills::scan::Verdict::clean) return std::nullopt;
  auto package = skills::scan::read_package(row.skill->base_dir);
  return package ? std::optional(skills::scan::scan(*package)) : std::nullopt;
}

Result<int> info(const Arguments& arguments) {
  CHELA_TRY(auto view, SkillView::read(arguments.options));
  CHELA_TRY(const auto* row, view->find(arguments.name));
  auto report = findings_of(*row);
  if (arguments.json) {
    auto out = row_json(*view, *row);
    if (report) out["scan"]["findings"] = findings_json(*report);
    if (!out.contains("install")) out["install"] = options_json(*view, *row);
    print_json(out);
    return kDone;
  }
  const auto& skill = *row->skill;
  print(bold(for_terminal(skill.name)) + "  " + std::string(state_of(*row)) + "\n");
  print_line(skill.description);
  print_line(fmt::format("{:<10}{}", "file", skill.file_path));
  print_line(fmt::format("{:<10}{}", "from", name_of(skill.source)));
  print_line(fmt::format("{:<10}{}", "key", skill.key()));
  if (skill.manifest && skill.manifest->homepage) print_line(fmt::format("{:<10}{}", "home", *skill.manifest->homepage));
  if (row->judgement.scanned)
    print_line(fmt::format("{:<10}{}{}", "scan", name_of(row->judgement.verdict),
                           row->judgement.accepted ? ", accepted" : ""));
  if (!row->judgement.tree_hash.empty()) print_line(fmt::format("{:<10}{}", "content", row->judgement.tree_hash));
  print_needs(*view, *row);
  if (report) print_findings(*report, false);
  for (const auto& problem : view->set.diagnostics) {
    if (problem.message.contains(skill.file_path)) print_line("    " + problem.path + ": " + problem.message);
  }
  return kDone;
}

std::shared_ptr<Arguments> add(CLI::App& group, int& exit_code, const char* name, const char* description,
                               Result<int> (*action)(const Arguments&)) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = group.add_subcommand(name, description);
  add_config_option(*command, arguments->options.config);
  command->add_option("--root", arguments->options.roots,
                      "Directory of skills instead of those of the configuration; may be repeated, the later wins");
  command->add_option("--agent", arguments->options.agent, "Whose list of skills counts (default: nobody's)");
  command->add_flag("--json", arguments->json, "One JSON document");
  on_command(*command, exit_code, [arguments, action] { return action(*arguments); });
  return arguments;
}

}  // namespace

void add_skills_list_commands(CLI::App& skills, int& exit_code) {
  auto listed = add(skills, exit_code, "list", "Which skills there are, and which could be used here", list);
  skills.get_subcommand("list")->add_flag("--eligible", listed->eligible, "Only those that could be used");
  add(skills, exit_code, "check", "What skills lack, and what to do about it", check);
  auto shown = add(skills, exit_code, "info", "Everything about one skill", info);
  skills.get_subcommand("info")->add_option("name", shown->name, "The skill: its name or key")->required();
}

}  // namespace chela::cli
