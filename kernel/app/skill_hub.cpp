#include "kernel/app/skill_hub.hpp"

#include "kernel/core/loop/event.hpp"
#include "kernel/runtime/skills/hub/candidate.hpp"
#include "kernel/runtime/skills/hub/digests.hpp"
#include "kernel/runtime/skills/hub/local_changes.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"

namespace chela::app {
namespace {

namespace hub = runtime::skills::hub;
using gateway::HubOutcome;
using gateway::HubUpdate;
using gateway::HubWish;

// What git needs: where it is, and how the network is reached.
platform::Environment git_environment() {
  return platform::allowed_environment({"PATH", "HOME", "USER", "TMPDIR", "LANG", "SSH_AUTH_SOCK", "HTTP_PROXY", "HTTPS_PROXY",
                                        "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"});
}

// Files of this machine are for the command line: a page names only what is elsewhere.
Result<hub::Reference> remote_reference(const std::string& text) {
  CHELA_TRY(auto reference, hub::parse_reference(text, "/"));
  if (reference.is_remote()) return reference;
  if (reference.kind == hub::ReferenceKind::git && reference.url.starts_with("https://")) return reference;
  return fail(ErrorCode::denied, "{} is not fetched from here; on the machine of the gateway: chela skills install {}",
              text, text);
}

std::string spec_of(const hub::LockedSkill& skill) {
  if (!skill.reference.empty()) return skill.reference;
  return skill.owner.empty() ? skill.slug : "@" + skill.owner + "/" + skill.slug;
}

std::string joined(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, "; ")); }

Result<void> check_wish(const HubWish& wish, const HubOutcome& outcome) {
  const auto& candidate = outcome.candidate;
  if (auto refusal = candidate.refusal(); !refusal.empty()) {
    return fail(ErrorCode::denied, "{} is refused: {}", candidate.slug, refusal);
  }
  if (outcome.target.is_taken && !wish.force) {
    return fail(ErrorCode::already_exists, "{} is there already; `force` replaces it", outcome.path);
  }
  auto doubts = candidate.doubts();
  const bool agreed = !wish.approved.empty() && wish.approved == outcome.content;
  if (!wish.approved.empty() && !agreed) {
    return fail(ErrorCode::denied, "{} is not what was agreed to any more: look at it again", candidate.slug);
  }
  if (doubts.empty() || agreed) return {};
  return fail(ErrorCode::denied, "{} is not installed without a person's agreement, sent as `approved` with {}: {}",
              candidate.slug, outcome.content, joined(doubts));
}

}  // namespace

// What one call works with; it keeps this alive.
struct SkillHub::Connection {
  Connection(Loop& loop, net::EgressClient& egress, const packages::PackagesModule& engine, hub::Address address)
      : fetch{loop, egress, engine, {}, {}, git_environment()},
        client(loop,
               [&loop, &egress](net::EgressRequest request) {
                 return egress.fetch(std::move(request), loop.shutdown_token());
               },
               std::move(address)),
        context{fetch, client} {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  packages::FetchContext fetch;
  hub::Client client;
  hub::HubContext context;
};

SkillHub::SkillHub(Loop& loop, net::EgressClient& egress, const EffectiveConfig& config, std::filesystem::path workspace)
    : loop_(loop), egress_(egress), config_(config), workspace_(std::move(workspace)) {}

SkillHub::~SkillHub() = default;

Task<Result<std::shared_ptr<SkillHub::Connection>>> SkillHub::connect() {
  const auto& environment = config_.request().environment;
  auto variable = [&environment](const char* name) {
    auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  auto configured = config_.current().find_string("skills.hub.url").value_or("");
  CHELA_CO_TRY(auto address, hub::find_address(configured, variable));
  CHELA_CO_TRY(const auto* engine, packages::load_packages_module());
  auto connection = std::make_shared<Connection>(loop_, egress_, *engine, std::move(address));
  auto discovering = connection->client.discover();
  CHELA_CO_CHECK(co_await std::move(discovering));
  co_return connection;
}

Task<Result<std::shared_ptr<hub::Workdir>>> SkillHub::open_workdir() {
  using Shared = std::shared_ptr<hub::Workdir>;
  auto opening = run_blocking<Shared>(loop_, [path = workspace_]() -> Result<Shared> {
    CHELA_TRY(auto workdir, hub::Workdir::open(path));
    return std::make_shared<hub::Workdir>(std::move(workdir));
  });
  co_return co_await std::move(opening);
}

Task<Result<void>> SkillHub::put_in_place(std::shared_ptr<hub::Workdir> workdir, hub::Candidate candidate,
                                          hub::Target target) {
  auto work = [workdir, candidate = std::move(candidate), target = std::move(target)] {
    return hub::put_in_place(*workdir, candidate, target);
  };
  auto placing = run_blocking<void>(loop_, std::move(work));
  co_return co_await std::move(placing);
}

Task<Result<std::vector<hub::Found>>> SkillHub::search(std::string text, std::size_t limit) {
  auto connecting = connect();
  CHELA_CO_TRY(auto connection, co_await std::move(connecting));
  hub::SearchQuery query{.text = std::move(text), .limit = limit};
  auto searching = hub::search(connection->client, std::move(query));
  co_return co_await std::move(searching);
}

Task<Result<hub::Detail>> SkillHub::detail(std::string slug, std::string owner) {
  auto connecting = connect();
  CHELA_CO_TRY(auto connection, co_await std::move(connecting));
  auto asking = hub::find_skill(connection->client, std::move(slug), std::move(owner));
  co_return co_await std::move(asking);
}

Task<Result<HubOutcome>> SkillHub::install(HubWish wish) {
  CHELA_CO_TRY(auto reference, remote_reference(wish.reference));
  auto connecting = connect();
  CHELA_CO_TRY(auto connection, co_await std::move(connecting));
  auto opening = open_workdir();
  CHELA_CO_TRY(auto workdir, co_await std::move(opening));
  CHELA_CO_TRY(auto staging, workdir->make_staging());
  HubOutcome out;
  auto finding = hub::find_candidate(connection->context, {.reference = reference, .version = wish.version}, staging);
  CHELA_CO_TRY(out.candidate, co_await std::move(finding));
  CHELA_CO_TRY(out.target, hub::find_target(*workdir, reference, out.candidate.slug));
  out.path = (workdir->path() / out.target.folder).string();
  auto hashing = run_blocking<std::string>(loop_, [tree = out.candidate.tree] { return hub::tree_sha256(tree); });
  CHELA_CO_TRY(out.content, co_await std::move(hashing));
  if (wish.dry_run) co_return out;
  CHELA_CO_CHECK(check_wish(wish, out));
  auto placing = put_in_place(workdir, out.candidate, out.target);
  CHELA_CO_CHECK(co_await std::move(placing));
  out.installed = true;
  co_return out;
}

Task<Result<std::string>> SkillHub::update_one(std::shared_ptr<Connection> connection,
                                               std::shared_ptr<hub::Workdir> workdir, hub::LockedSkill skill,
                                               bool force) {
  if (skill.is_pinned) co_return fail(ErrorCode::denied, "it is pinned to {}", skill.version);
  CHELA_CO_CHECK(hub::check_registry(connection->client, workdir->path(), skill));
  CHELA_CO_TRY(auto reference, hub::parse_reference(spec_of(skill), "/"));
  auto asking = hub::find_latest(connection->context, reference, false);
  CHELA_CO_TRY(auto latest, co_await std::move(asking));
  if (latest == skill.version && workdir->is_there(skill.folder) && !force) co_return skill.version;
  auto comparing = hub::find_local_changes(connection->client, workdir->path(), skill);
  CHELA_CO_TRY(auto changes, co_await std::move(comparing));
  if (!changes.empty() && !force) co_return fail(ErrorCode::denied, "{}; `force` replaces it with {}", changes, latest);
  CHELA_CO_TRY(auto staging, workdir->make_staging());
  auto finding = hub::find_candidate(connection->context, {.reference = reference}, staging);
  CHELA_CO_TRY(auto candidate, co_await std::move(finding));
  auto doubts = candidate.doubts();
  if (auto refusal = candidate.refusal(); !refusal.empty()) co_return fail(ErrorCode::denied, "{}", refusal);
  if (!doubts.empty()) co_return fail(ErrorCode::denied, "{}; look at it and install it by hand", joined(doubts));
  CHELA_CO_TRY(auto target, hub::find_target(*workdir, reference, candidate.slug));
  auto version = candidate.version;
  auto placing = put_in_place(workdir, std::move(candidate), std::move(target));
  CHELA_CO_CHECK(co_await std::move(placing));
  co_return version;
}

Task<Result<std::vector<HubUpdate>>> SkillHub::update(std::string key, bool force) {
  auto connecting = connect();
  CHELA_CO_TRY(auto connection, co_await std::move(connecting));
  auto opening = open_workdir();
  CHELA_CO_TRY(auto workdir, co_await std::move(opening));
  std::vector<hub::LockedSkill> skills;
  for (auto& skill : workdir->lock().skills()) {
    if (key.empty() ? !skill.is_pinned : skill.key == key || skill.slug == key) skills.push_back(std::move(skill));
  }
  if (skills.empty() && !key.empty()) co_return fail(ErrorCode::not_found, "no skill {} of ClawHub is installed here", key);
  std::vector<HubUpdate> out;
  for (const auto& skill : skills) {
    HubUpdate one{.key = skill.key, .version_before = skill.version, .version = skill.version, .state = "failed", .problem = {}};
    auto updating = update_one(connection, workdir, skill, force);
    auto version = co_await std::move(updating);
    if (version) {
      one.version = *version;
      one.state = *version == skill.version && !force ? "up to date" : "updated";
    } else {
      one.problem = version.error().message;
    }
    out.push_back(std::move(one));
  }
  co_return out;
}

Task<Result<std::string>> SkillHub::remove(std::string key, bool force) {
  auto opening = open_workdir();
  CHELA_CO_TRY(auto workdir, co_await std::move(opening));
  auto locked = workdir->lock().find(key);
  auto folder = "skills/" + key;
  const bool is_other = hub::is_folder_name(key) && workdir->is_there(folder + "/.openclaw/source-origin.json");
  if (!locked && !is_other) {
    co_return fail(ErrorCode::not_found, "no skill {} was installed here; remove the folder of one of your own yourself", key);
  }
  if (locked && !force) {
    auto connecting = connect();
    CHELA_CO_TRY(auto connection, co_await std::move(connecting));
    auto comparing = hub::find_local_changes(connection->client, workdir->path(), *locked);
    CHELA_CO_TRY(auto changes, co_await std::move(comparing));
    if (!changes.empty()) co_return fail(ErrorCode::denied, "{}; `force` removes it all the same", changes);
  }
  if (locked) folder = locked->folder;
  auto removing = run_blocking<std::string>(loop_, [workdir, folder, key]() -> Result<std::string> {
    CHELA_CHECK(workdir->remove(folder, key));
    return (workdir->path() / folder).string();
  });
  co_return co_await std::move(removing);
}

}  // namespace chela::app
