#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/loop/loop.hpp"
#include "kernel/runtime/skills/needs/install.hpp"
#include "tools/chela/exit_code.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/package_report.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/skill_view.hpp"
#include "tools/chela/skills_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

namespace skills = runtime::skills;
namespace needs = runtime::skills::needs;
using Json = nlohmann::json;

struct Arguments {
  SkillView::Options options;
  std::string name, option;
  int seconds = 300;
  bool json = false, yes = false;
};

Result<needs::Option> chosen(const SkillRow& row, const SkillView& view, const std::string& id) {
  auto options = needs::offered_options(*row.skill, view.machine);
  if (options.empty())
    return fail(ErrorCode::not_found, "{} names no way of installing what it needs on this machine", row.skill->name);
  if (id.empty() && options.size() == 1) return options.front();
  auto found = std::ranges::find(options, id, &needs::Option::id);
  if (found != options.end()) return *found;
  std::string names;
  for (const auto& option : options) names += (names.empty() ? "" : ", ") + option.id;
  return fail(ErrorCode::not_found, "name one of these with --option: {}", names);
}

// Blocks until it is done.
Result<needs::Installed> run(needs::Plan plan, std::chrono::seconds timeout) {
  Loop loop;
  std::optional<Result<needs::Installed>> out;
  auto approved = plan.shown;
  constexpr auto wait = [](Loop& turning, Task<Result<needs::Installed>> work,
                           std::optional<Result<needs::Installed>>& result) -> Task<Result<void>> {
    auto done = co_await std::move(work);
    result.emplace(std::move(done));
    turning.stop();
    co_return Result<void>{};
  };
  needs::InstallContext context{.loop = loop, .timeout = timeout};
  auto task = needs::install(context, std::move(plan), approved, loop.shutdown_token());
  loop.spawn("installing", wait(loop, std::move(task), out));
  while (!out) loop.run();
  loop.drain(std::chrono::seconds(1));
  return std::move(*out);
}

Result<int> install_needs(const Arguments& arguments) {
  CHELA_TRY(auto view, SkillView::read(arguments.options));
  CHELA_TRY(const auto* row, view->find(arguments.name));
  if (!row->judgement.withheld.empty())
    return fail(ErrorCode::denied, "{} is withheld, and so is what it wants installed: {}", row->skill->name,
                row->judgement.withheld);
  CHELA_TRY(auto option, chosen(*row, *view, arguments.option));
  CHELA_TRY(auto plan, needs::plan_for(*row->skill, option, view->machine));
  if (!arguments.json) {
    print(for_terminal("would run: " + plan.shown) + "\n");
    for (const auto& warning : plan.warnings) print(for_terminal("note: " + warning) + "\n");
  }
  if (!arguments.yes && !ask("Run it?"))
    return fail(ErrorCode::denied, "nothing was run: nobody agreed; --yes agrees without asking");
  CHELA_TRY(auto done, run(plan, std::chrono::seconds(arguments.seconds)));
  if (arguments.json) {
    print_json({{"skill", row->skill->name}, {"option", option.id}, {"command", plan.shown},
                {"succeeded", done.succeeded}, {"summary", done.summary}, {"exitCode", done.exit_code},
                {"output", done.output}, {"missing", done.missing_bins}, {"warnings", plan.warnings}});
  } else {
    if (!done.succeeded && !done.output.empty()) print(for_terminal(done.output) + "\n");
    print(for_terminal(done.summary) + "\n");
  }
  return done.succeeded ? kDone : kFailed;
}

}  // namespace

void add_skills_deps_command(CLI::App& group, int& exit_code) {
  auto needed = std::make_shared<Arguments>();
  auto* installing = group.add_subcommand("deps", "Installs what a skill lacks, after showing what would run");
  add_config_option(*installing, needed->options.config);
  installing->add_option("name", needed->name, "The skill: its name or key")->required();
  installing->add_option("--root", needed->options.roots, "Directory of skills instead of those of the configuration");
  installing->add_option("--option", needed->option, "Which way, where there are several");
  installing->add_option("--timeout", needed->seconds, "Seconds after which it is stopped")->check(CLI::Range(1, 900));
  installing->add_flag("--yes", needed->yes, "Agrees to what is shown");
  installing->add_flag("--json", needed->json, "One JSON document");
  on_command(*installing, exit_code, [needed] { return install_needs(*needed); });
}

}  // namespace chela::cli
