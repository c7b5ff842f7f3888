#include "kernel/app/skill_parts.hpp"

#include <nlohmann/json.hpp>

#include "kernel/app/skill_roots.hpp"
#include "kernel/core/platform/paths.hpp"

namespace chela::app {
namespace {

using runtime::skills::Skill;

// What of the configuration decides where skills are found and what is read of them.
std::string described(const runtime::skills::LibrarySettings& settings, const config::Snapshot& config) {
  std::string out;
  for (const auto& root : settings.roots) out += fmt::format("{} {}\n", name_of(root.source), root.directory);
  for (const char* part : {"skills.load", "skills.limits"}) {
    if (const auto* found = config.find(part)) out += found->dump() + "\n";
  }
  return out;
}

Task<Result<void>> read_all(runtime::skills::Library& library, std::shared_ptr<bool> is_read) {
  co_await library.refresh();
  *is_read = true;
  co_return Result<void>{};
}

}  // namespace

SkillParts::SkillParts(SkillSurroundings surroundings) : surroundings_(std::move(surroundings)) {
  const auto& configuration = surroundings_.configuration;
  auto& loop = surroundings_.loop;
  judge_ = std::make_shared<runtime::skills::scan::Judge>(configuration.home().skill_state() / "judged.json");
  judge_->configure(runtime::skills::scan::judge_settings(configuration.current().root()));
  plugin_folders_ = plugin_folders();
  auto settings = library_settings();
  library_of_ = described(settings, configuration.current());
  library_ = std::make_unique<runtime::skills::Library>(loop, surroundings_.logger, std::move(settings));
  auto home = platform::home_directory();
  skills_ = std::make_unique<runtime::skills::Skills>(
      loop, runtime::skills::OfferSources{
                .collection = [this] { return library_->current(); },
                .config = [&configuration]() -> const nlohmann::json& { return configuration.current().root(); },
                .resolve_secret = [&configuration](const nlohmann::json& reference) {
                  return configuration.secrets().resolve(reference);
                },
                .variables = configuration.request().environment,
                .home = home ? home->string() : std::string(),
                .warn = [logger = surroundings_.logger](const std::string& text) { logger.warning("{}", text); }});
  context_.emplace(runtime::SkillSources{.loop = loop,
                                         .skills = *skills_,
                                         .is_current = [this] { return *is_read_ && library_->is_watching(); },
                                         .refresh = [this] { return library_->refresh(); },
                                         .judge = [judge = judge_](const Skill& skill) { return judge->withheld(skill); }});
  library_->on_change([this] {
    save_judgements();
    changed();
  });
  surroundings_.plugins.set().on_change([this, alive = std::weak_ptr<bool>(is_read_)] {
    if (!alive.expired()) on_plugins();
  });
}

SkillParts::~SkillParts() {
  if (table_) table_->set_source({});
}

std::vector<runtime::skills::Root> SkillParts::roots() const {
  const auto& configuration = surroundings_.configuration;
  return skill_roots({.config = configuration.current(),
                      .environment = configuration.request().environment,
                      .home = configuration.home(),
                      .workspace = surroundings_.workspace,
                      .of_plugins = plugin_folders_});
}

runtime::skills::LibrarySettings SkillParts::library_settings() const {
  const auto& config = surroundings_.configuration.current();
  const auto* watch = config.find("skills.load.watch");
  return {.roots = roots(),
          .discovery = skill_discovery(config),
          .index = surroundings_.configuration.home().skill_state() / "index",
          .watch = !watch || *watch != false,
          .judge = [judge = judge_](const Skill& skill) { return judge->withheld(skill); },
          .judge_version = judge_->version()};
}

std::vector<std::filesystem::path> SkillParts::plugin_folders() const {
  std::vector<std::filesystem::path> out;
  std::vector<std::string> problems;
  for (const auto* record : surroundings_.plugins.set().list()) {
    bool is_used = record->state != plugins::State::disabled && record->state != plugins::State::failed;
    if (!is_used || record->manifest->skills.empty()) continue;
    std::ranges::move(skill_folders(*record->manifest, problems), std::back_inserter(out));
  }
  for (const auto& problem : problems) surroundings_.logger.warning("{}", problem);
  return out;
}

void SkillParts::add_commands(runtime::CommandTable& table, std::function<const runtime::TurnEnvironment&()> turn) {
  table_ = &table;
  commands_.emplace(*context_, std::move(turn));
  table.add(commands_->skill_command());
  table.set_source([this](const std::vector<std::string>& taken) { return commands_->list(taken); });
  table.refresh();
}

void SkillParts::start() { surroundings_.loop.spawn("reading the skills", read_all(*library_, is_read_)); }

void SkillParts::on_plugins() {
  auto folders = plugin_folders();
  if (folders == plugin_folders_) return;
  plugin_folders_ = std::move(folders);
  on_configuration();
}

void SkillParts::on_configuration() {
  const auto& config = surroundings_.configuration.current();
  auto judged_by = judge_->version();
  judge_->configure(runtime::skills::scan::judge_settings(config.root()));
  auto settings = library_settings();
  auto wanted = described(settings, config);
  if (wanted != library_of_) {
    library_of_ = std::move(wanted);
    library_->configure(std::move(settings));
  } else if (settings.judge_version != judged_by) {
    library_->judge_again();
  }
  changed();
}

void SkillParts::changed() {
  skills_->forget();
  if (table_) table_->refresh();
  for (const auto& callback : on_change_) callback();
}

// The next start is spared the scans, however this one ends.
void SkillParts::save_judgements() {
  auto submitted = surroundings_.loop.workers().submit([judge = judge_, logger = surroundings_.logger] {
    if (auto saved = judge->save(); !saved) logger.warning("keeping what the scan of skills found: {}", saved.error().message);
  });
  if (!submitted) surroundings_.logger.warning("keeping what the scan of skills found: {}", submitted.error().message);
}

}  // namespace chela::app
