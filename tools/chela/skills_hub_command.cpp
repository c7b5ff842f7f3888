#include <cstdlib>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/app/settings.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/hub/candidate.hpp"
#include "kernel/runtime/skills/hub/local_changes.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"
#include "tools/chela/exit_code.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/package_report.hpp"
#include "tools/chela/package_work.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/skills_commands.hpp"
#include "tools/chela/skills_hub_report.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

namespace fs = std::filesystem;
namespace hub = runtime::skills::hub;
using Json = nlohmann::json;

struct Arguments {
  std::string config, hub_url, workdir, reference, version, slug, sort, cursor;
  std::vector<std::string> words, names;
  std::size_t limit = 25;
  bool json = false, dry_run = false, force = false, force_install = false, global = false, all = false, exact = false;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The network, the registry and the folder that the commands work with.
class HubWork {
 public:
  static Result<std::unique_ptr<HubWork>> create(const Arguments& arguments) {
    std::unique_ptr<HubWork> out(new HubWork);
    CHELA_TRY(out->work_, PackageWork::create({.config = arguments.config, .registry = {}, .clawhub = {}}));
    const auto& config = out->work_->installation().loaded.snapshot;
    auto url = arguments.hub_url;
    if (url.empty() && config) url = config->find_string("skills.hub.url").value_or("");
    CHELA_TRY(auto address, hub::find_address(url, variable));
    auto& fetch = out->work_->context();
    auto transport = [&fetch](net::EgressRequest request) {
      return fetch.egress.fetch(std::move(request), fetch.loop.shutdown_token());
    };
    out->client_.emplace(fetch.loop, transport, std::move(address));
    out->context_.emplace(hub::HubContext{fetch, *out->client_});
    out->folder_ = folder_of(arguments, *out->work_);
    return out;
  }

  hub::HubContext& context() { return *context_; }
  hub::Client& client() { return *client_; }
  const fs::path& folder() const { return folder_; }
  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return work_->run(std::move(task));
  }
  Result<void> discover() { return run(client_->discover()); }

 private:
  HubWork() = default;

  // A workspace has its own skills; those below the home are for all agents.
  static fs::path folder_of(const Arguments& arguments, PackageWork& work) {
    if (!arguments.workdir.empty()) return fs::absolute(arguments.workdir);
    if (arguments.global) return work.home();
    const auto& home = work.installation().home;
    const auto& config = work.installation().loaded.snapshot;
    return config ? app::workspace(*config, home.workspace()) : home.workspace();
  }

  std::unique_ptr<PackageWork> work_;
  std::optional<hub::Client> client_;
  std::optional<hub::HubContext> context_;
  fs::path folder_;
};

Result<int> search(const Arguments& arguments) {
  CHELA_TRY(auto work, HubWork::create(arguments));
  CHELA_CHECK(work->discover());
  auto text = fmt::format("{}", fmt::join(arguments.words, " "));
  hub::Listing listing;
  if (arguments.all) {
    CHELA_TRY(listing,
              work->run(hub::list(
                  work->client(),
                  {.limit = arguments.limit, .cursor = arguments.cursor, .sort = arguments.sort, .prefix = text})));
  } else {
    hub::SearchQuery query{.text = text, .limit = arguments.limit, .exact = arguments.exact};
    CHELA_TRY(listing.items, work->run(hub::search(work->client(), query)));
  }
  Json rows = Json::array();
  for (const auto& found : listing.items) {
    rows.push_back(found_json(found));
    if (!arguments.json) print(found_line(found));
  }
  if (arguments.json) {
    Json out = {{"results", rows}};
    if (!listing.next_cursor.empty()) out["nextCursor"] = listing.next_cursor;
    print_json(out);
  } else if (listing.items.empty()) {
    print("no skills were found\n");
  } else if (!listing.next_cursor.empty()) {
    print(for_terminal("more with --cursor " + listing.next_cursor) + "\n");
  }
  return 0;
}

Result<void> get_consent(const Arguments& arguments, const hub::Candidate& candidate) {
  if (auto refusal = candidate.refusal(); !refusal.empty())
    return fail(ErrorCode::denied, "{} is refused: {}", candidate.slug, refusal);
  auto doubts = candidate.doubts();
  if (doubts.empty() || arguments.force) return {};
  auto why = fmt::format("{}", fmt::join(doubts, "; "));
  if (!arguments.json && ask(for_terminal(fmt::format("{}. Install it all the same?", why)))) return {};
  return fail(ErrorCode::denied, "{} is not installed: {}; --force installs it all the same", candidate.slug, why);
}

// Fetches, shows, asks, puts in place. `report` is filled as far as it came.
Result<void> take(HubWork& work, hub::Workdir& workdir, const Arguments& arguments, const hub::Wanted& wanted,
                  Json& report) {
  CHELA_TRY(auto staging, workdir.make_staging());
  CHELA_TRY(auto candidate, work.run(hub::find_candidate(work.context(), wanted, staging)));
  CHELA_TRY(auto target, hub::find_target(workdir, wanted.reference, candidate.slug));
  report = skill_candidate_json(candidate, target);
  report["path"] = (workdir.path() / target.folder).string();
  if (!arguments.json) print_skill_candidate(candidate, target);
  const bool is_update = arguments.reference.empty();
  if (target.is_taken && !is_update && !arguments.force) {
    return fail(ErrorCode::already_exists, "{} is there already; --force replaces it",
                (workdir.path() / target.folder).string());
  }
  report["state"] = "not installed (--dry-run)";
  if (arguments.dry_run) return {};
  CHELA_CHECK(get_consent(arguments, candidate));
  CHELA_CHECK(hub::put_in_place(workdir, candidate, target));
  report["state"] = "installed";
  return {};
}

Result<int> install(const Arguments& arguments) {
  CHELA_TRY(auto reference, hub::parse_reference(arguments.reference, fs::current_path()));
  CHELA_TRY(auto work, HubWork::create(arguments));
  CHELA_TRY(auto workdir, hub::Workdir::open(work->folder()));
  hub::Wanted wanted{.reference = std::move(reference), .version = arguments.version, .slug = arguments.slug};
  wanted.force_install = arguments.force_install;
  // What is known now need not be fetched first to be refused.
  auto slug = wanted.reference.is_remote() ? wanted.reference.slug : wanted.slug;
  if (!slug.empty()) {
    CHELA_TRY(auto target, hub::find_target(workdir, wanted.reference, slug));
    if (target.is_taken && !arguments.force) {
      return fail(ErrorCode::already_exists,
                  "{} is there already; --force replaces it, `chela skills update` updates it",
                  (workdir.path() / target.folder).string());
    }
  }
  Json report;
  auto done = take(*work, workdir, arguments, wanted, report);
  if (!done) {
    if (arguments.json && report.is_object()) {
      report["state"] = "failed";
      report["error"] = done.error().message;
      print_json(report);
    }
    return std::unexpected(std::move(done.error()));
  }
  const bool installable = report["installable"].get<bool>();
  if (arguments.json)
    print_json(report);
  else
    print(for_terminal(fmt::format("{} {}\n", arguments.dry_run ? "not installed (--dry-run):" : "installed to",
                                   report["path"].get<std::string>())));
  if (!installable) complain("refused: " + report["refusedBecause"].get<std::string>());
  return installable ? 0 : kFailed;
}

Result<hub::LockedSkill> find_locked(const hub::Workdir& workdir, const std::string& name) {
  if (auto exact = workdir.lock().find(name)) return *exact;
  CHELA_TRY(auto reference, hub::parse_reference(name, "/"));
  if (reference.is_remote()) {
    if (auto found = workdir.lock().find(reference)) return *found;
  }
  if (workdir.is_there("skills/" + reference.slug + "/.openclaw/source-origin.json")) {
    return fail(ErrorCode::not_found, "{} is none of ClawHub's; install it again from where it came, with --force",
                name);
  }
  return fail(ErrorCode::not_found, "no skill {} of ClawHub is installed in {}", name, workdir.path().string());
}

// One skill: nothing to do, refused, or taken.
Result<void> update_one(HubWork& work, hub::Workdir& workdir, const Arguments& arguments, const hub::LockedSkill& skill,
                        Json& report) {
  if (skill.is_pinned)
    return fail(ErrorCode::denied, "it is pinned to {}{}", skill.version,
                skill.pin_reason.empty() ? "" : " (" + skill.pin_reason + ")");
  CHELA_CHECK(work.discover());
  CHELA_CHECK(hub::check_registry(work.client(), workdir.path(), skill));
  auto spec = !skill.reference.empty() ? skill.reference
              : skill.owner.empty()    ? skill.slug
                                       : "@" + skill.owner + "/" + skill.slug;
  CHELA_TRY(auto reference, hub::parse_reference(spec, "/"));
  CHELA_TRY(auto changes, work.run(hub::find_local_changes(work.client(), workdir.path(), skill)));
  auto latest = arguments.version;
  if (latest.empty()) {
    CHELA_TRY(latest, work.run(hub::find_latest(work.context(), reference, arguments.force_install)));
  }
  report["version"] = latest;
  report["localChanges"] = changes;
  const bool is_same = latest == skill.version && workdir.is_there(skill.folder);
  if (is_same && !arguments.force) {
    report["state"] = "up to date";
    return {};
  }
  if (!changes.empty() && !arguments.force) {
    auto question = fmt::format("{}: {}. Replace it with {}?", skill.key, changes, latest);
    if (arguments.json || arguments.dry_run || !ask(for_terminal(question)))
      return fail(ErrorCode::denied, "{}; --force replaces it with {}", changes, latest);
  }
  hub::Wanted wanted{.reference = std::move(reference), .version = arguments.version, .slug = {}};
  wanted.force_install = arguments.force_install;
  return take(work, workdir, arguments, wanted, report);
}

Result<int> update(const Arguments& arguments) {
  CHELA_TRY(auto work, HubWork::create(arguments));
  CHELA_TRY(auto workdir, hub::Workdir::open(work->folder()));
  std::vector<hub::LockedSkill> skills;
  for (const auto& name : arguments.names) {
    CHELA_TRY(auto skill, find_locked(workdir, name));
    skills.push_back(std::move(skill));
  }
  if (!arguments.version.empty() && skills.size() != 1)
    return fail(ErrorCode::invalid_argument, "--version is for one skill: name it");
  if (arguments.names.empty()) {
    for (auto& skill : workdir.lock().skills()) {
      if (!skill.is_pinned) skills.push_back(std::move(skill));
    }
  }
  Json reports = Json::array();
  int failures = 0;
  for (const auto& skill : skills) {
    Json report = Json::object();
    auto done = update_one(*work, workdir, arguments, skill, report);
    report["key"] = skill.key;
    report["versionBefore"] = skill.version;
    if (!done) {
      ++failures;
      report["state"] = "failed";
      report["error"] = done.error().message;
      complain(for_terminal(skill.key + ": " + done.error().message));
    } else if (!arguments.json) {
      print(for_terminal(fmt::format("{}: {}\n", skill.key, report.value("state", ""))));
    }
    reports.push_back(std::move(report));
  }
  if (arguments.json)
    print_json({{"skills", reports}});
  else if (skills.empty())
    print("no skills of ClawHub are installed here\n");
  return failures == 0 ? 0 : kFailed;
}

// What came from a repository or a folder stands in no list, and says so itself.
Result<hub::LockedSkill> find_installed(const hub::Workdir& workdir, const std::string& name) {
  auto locked = find_locked(workdir, name);
  if (locked) return locked;
  auto folder = "skills/" + name;
  if (!hub::is_folder_name(name) || !workdir.is_there(folder)) return locked;
  if (!workdir.is_there(folder + "/.openclaw/source-origin.json")) {
    return fail(ErrorCode::denied, "{} was not installed by a command; remove the folder yourself if it is to go",
                (workdir.path() / folder).string());
  }
  return hub::LockedSkill{.key = name, .folder = folder, .slug = name};
}

Result<int> remove(const Arguments& arguments) {
  CHELA_TRY(auto work, HubWork::create(arguments));
  CHELA_TRY(auto workdir, hub::Workdir::open(work->folder()));
  CHELA_TRY(auto skill, find_installed(workdir, arguments.reference));
  const bool is_locked = !workdir.lock().entry_text(skill.key).empty();
  std::string changes;
  if (is_locked && !arguments.force) {
    auto found = work->run(hub::find_local_changes(work->client(), workdir.path(), skill));
    changes = found ? *found : "whether its files were changed cannot be told: " + found.error().message;
    if (!changes.empty() && !arguments.dry_run) {
      if (arguments.json || !ask(for_terminal(fmt::format("{}: {}. Remove it all the same?", skill.key, changes))))
        return fail(ErrorCode::denied, "{}: {}; --force removes it all the same", skill.key, changes);
    }
  }
  if (!arguments.dry_run) CHELA_CHECK(workdir.remove(skill.folder, skill.key));
  auto path = (workdir.path() / skill.folder).string();
  if (arguments.json)
    print_json({{"key", skill.key},
                {"path", path},
                {"localChanges", changes},
                {"state", arguments.dry_run ? "not removed (--dry-run)" : "removed"}});
  else
    print(for_terminal(fmt::format("{} {}\n", arguments.dry_run ? "would be removed:" : "removed", path)));
  return 0;
}

using Action = Result<int> (*)(const Arguments&);

std::pair<CLI::App*, std::shared_ptr<Arguments>> add(CLI::App& group, int& exit_code, const char* name,
                                                     const char* description, Action action) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = group.add_subcommand(name, description);
  add_config_option(*command, arguments->config);
  command->add_option("--hub", arguments->hub_url,
                      "ClawHub's address (default: skills.hub.url, OPENCLAW_CLAWHUB_URL, CLAWHUB_URL)");
  command->add_flag("--json", arguments->json, "One JSON document");
  on_command(*command, exit_code, [arguments, action] { return action(*arguments); });
  return {command, arguments};
}

void add_place_options(CLI::App& command, Arguments& arguments) {
  command.add_option("--workdir", arguments.workdir, "The folder with `skills` (default: the workspace)");
  command.add_flag("--global", arguments.global, "In the home, for all agents");
  command.add_flag("--dry-run", arguments.dry_run, "Only says what would be done");
}

}  // namespace

void add_skills_hub_commands(CLI::App& group, int& exit_code) {
  auto [seeking, sought] = add(group, exit_code, "search", "Looks for skills in ClawHub", search);
  seeking->add_option("words", sought->words, "Words to look for (default: what is popular)");
  seeking->add_option("--limit", sought->limit, "How many at most")->check(CLI::Range(1, 200));
  seeking->add_flag("--exact", sought->exact, "Only skills of exactly this name");
  seeking->add_flag("--all", sought->all, "Lists skills whose names begin with the words, page by page");
  seeking->add_option("--cursor", sought->cursor, "With --all: goes on where a page ended");
  seeking->add_option("--sort", sought->sort,
                      "With --all: updated, recommended, createdAt, downloads, stars, name or trending");

  auto [installing, wanted] =
      add(group, exit_code, "install", "Installs a skill, after its files were checked", install);
  installing
      ->add_option(
          "skill", wanted->reference,
          "SLUG, @OWNER/SLUG, skills-sh:OWNER/REPO/SLUG, git:OWNER/REPO[@REF], a folder, an archive or a SKILL.md")
      ->required();
  installing->add_option("--version", wanted->version, "Exactly this version of ClawHub");
  installing->add_option("--as", wanted->slug, "What to call a skill from elsewhere");
  installing->add_flag("--force", wanted->force, "Replaces what is there, and takes what is suspicious");
  installing->add_flag("--force-install", wanted->force_install, "Also what ClawHub is still looking at");
  add_place_options(*installing, *wanted);

  auto [updating, updated] =
      add(group, exit_code, "update", "Installs the newest versions of ClawHub's skills", update);
  updating->add_option("skill", updated->names, "The skills (default: all that are not pinned)");
  updating->add_flag("--all", updated->all, "All, as without names");
  updating->add_option("--version", updated->version, "Exactly this version, of one skill");
  updating->add_flag("--force", updated->force, "Also over changes of your own, and what is suspicious");
  updating->add_flag("--force-install", updated->force_install, "Also what ClawHub is still looking at");
  add_place_options(*updating, *updated);

  auto [removing, removed] = add(group, exit_code, "remove", "Removes an installed skill", remove);
  removing->add_option("skill", removed->reference, "The skill")->required();
  removing->add_flag("--force", removed->force, "Also with changes of your own");
  add_place_options(*removing, *removed);
}

}  // namespace chela::cli
