#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/packages/git_clone.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/hub/candidate.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"
#include "kernel/runtime/skills/hub/staging.hpp"
#include "kernel/runtime/skills/scan/package.hpp"
#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kArchiveBytesMax = 256u << 20;

// What a worker makes of the fetched bytes; the rest of a candidate comes from the registry.
struct Staged {
  fs::path unpacked;
  fs::path tree;
  std::string spelling;
  scan::Report report;
  std::string name, description, load_problem;
};

// Finds the skill in what was unpacked, scans it and reads it as it will be loaded.
Result<Staged> look_at(fs::path unpacked) {
  Staged out{.unpacked = std::move(unpacked)};
  CHELA_TRY(out.tree, settle(out.unpacked, out.spelling));
  CHELA_TRY(auto package, scan::read_package(out.tree));
  out.report = scan::scan(package);
  auto loaded = load_skill(out.tree.string(), Source::workspace);
  if (loaded) {
    out.name = loaded->skill.name;
    out.description = loaded->skill.description;
  } else {
    out.load_problem = loaded.error().message;
  }
  return out;
}

void take(Candidate& candidate, Staged staged) {
  candidate.tree = std::move(staged.tree);
  candidate.report = std::move(staged.report);
  candidate.name = std::move(staged.name);
  candidate.description = std::move(staged.description);
  candidate.load_problem = std::move(staged.load_problem);
  if (!candidate.load_problem.empty())
    candidate.notes.push_back("it will not be loaded as it is: " + candidate.load_problem);
  if (staged.spelling != "SKILL.md") candidate.notes.push_back(staged.spelling + " was renamed to SKILL.md");
}

// An archive of the registry: by its index where that has this version, else by the list of its files.
Task<Result<Staged>> fetch_archive(HubContext& context, Candidate& candidate, std::string url) {
  auto found = co_await find_archive(context.client, candidate.slug, candidate.owner, candidate.version);
  CHELA_CO_TRY(auto index, std::move(found));
  std::vector<ListedFile> listed;
  if (!index) {
    auto asked = co_await find_version(context.client, candidate.slug, candidate.owner, candidate.version);
    CHELA_CO_TRY(auto version, std::move(asked));
    listed = std::move(version.files);
  }
  auto downloaded = co_await context.client.download(index ? index->url : url);
  CHELA_CO_TRY(auto bytes, std::move(downloaded));
  candidate.record->artifact_sha256 = sha256_hex(bytes);
  candidate.checked_by = index ? "index" : "files";
  if (index && candidate.record->artifact_sha256 != index->sha256) {
    co_return fail(ErrorCode::corrupt,
                   "the archive of {} {} is not the one that ClawHub's index names: its sha256 is {} instead of {}",
                   candidate.reference.spec, candidate.version, candidate.record->artifact_sha256, index->sha256);
  }
  auto work =
      run_blocking<Staged>(context.fetch.loop,
                           [&engine = context.fetch.engine, bytes = std::move(bytes), staging = candidate.staging,
                            listed = std::move(listed), by_index = index.has_value()]() -> Result<Staged> {
                             CHELA_TRY(auto unpacked, stage_archive(engine, bytes, staging));
                             if (!by_index) CHELA_CHECK(check_files(unpacked, listed));
                             return look_at(std::move(unpacked));
                           });
  co_return co_await std::move(work);
}

// A folder of a repository at the commit that the registry names.
Task<Result<Staged>> fetch_github(HubContext& context, Candidate& candidate, Resolution resolution) {
  candidate.version = resolution.commit;
  candidate.checked_by = "content hash";
  auto& record = *candidate.record;
  record.version = resolution.commit;
  record.source_url = resolution.source_url;
  if (candidate.reference.kind == ReferenceKind::skills_sh) {
    record.repository = resolution.repository;
    record.path = resolution.path;
    nlohmann::ordered_json identity = {{"installKind", "github"},
                                       {"repo", resolution.repository},
                                       {"path", resolution.path},
                                       {"commit", resolution.commit},
                                       {"contentHash", resolution.content_hash}};
    record.artifact_identity = identity.dump();
  }
  auto downloaded = co_await context.client.download(codeload_url(context.client, resolution));
  CHELA_CO_TRY(auto bytes, std::move(downloaded));
  record.artifact_sha256 = sha256_hex(bytes);
  auto work = run_blocking<Staged>(
      context.fetch.loop,
      [&engine = context.fetch.engine, bytes = std::move(bytes), staging = candidate.staging,
       resolution = std::move(resolution)]() -> Result<Staged> {
        CHELA_TRY(auto unpacked, stage_archive(engine, bytes, staging, below_path(resolution.path)));
        CHELA_CHECK(check_content_hash(unpacked, resolution.content_hash));
        return look_at(std::move(unpacked));
      });
  co_return co_await std::move(work);
}

Result<void> check_blocked(const Candidate& candidate) {
  auto refusal = candidate.refusal();
  if (refusal.empty()) return {};
  return fail(ErrorCode::denied, "{}: {}", candidate.reference.spec, refusal);
}

// The registry's skills: what it says of the skill, which version, its verdict, and only then the files.
Task<Result<Candidate>> find_hosted(HubContext& context, Wanted wanted, Candidate candidate) {
  auto detailed = co_await find_skill(context.client, candidate.slug, candidate.owner);
  CHELA_CO_TRY(auto detail, std::move(detailed));
  if (candidate.owner.empty()) candidate.owner = detail.owner;
  candidate.record->owner = candidate.owner;
  candidate.verdict.finding = detail.is_malware ? Finding::blocked : Finding::clean;
  candidate.verdict.overview = detail.moderation;
  CHELA_CO_CHECK(check_blocked(candidate));
  Resolution resolution{.version = wanted.version};
  if (wanted.version.empty()) {
    auto resolved = co_await resolve_install(context.client, wanted.reference, wanted.force_install);
    CHELA_CO_TRY(resolution, std::move(resolved));
  }
  Result<Staged> fetched;
  if (resolution.is_github) {
    // Its judgement is in the resolution: the registry gives none out for what it has not passed.
    if (detail.is_suspicious || wanted.force_install || resolution.is_unscanned)
      candidate.verdict.finding = Finding::review;
    fetched = co_await fetch_github(context, candidate, std::move(resolution));
  } else {
    candidate.version = candidate.record->version = resolution.version;
    auto judged = co_await get_verdict(context.client, candidate.slug, candidate.owner, candidate.version);
    CHELA_CO_TRY(candidate.verdict, std::move(judged));
    if (detail.is_suspicious && candidate.verdict.finding == Finding::clean)
      candidate.verdict.finding = Finding::review;
    CHELA_CO_CHECK(check_blocked(candidate));
    auto url = resolution.download_url;
    if (url.empty()) url = download_url(context.client, candidate.slug, candidate.owner, candidate.version);
    fetched = co_await fetch_archive(context, candidate, std::move(url));
  }
  CHELA_CO_TRY(auto staged, std::move(fetched));
  take(candidate, std::move(staged));
  co_return candidate;
}

Task<Result<Candidate>> find_external(HubContext& context, Wanted wanted, Candidate candidate) {
  if (!wanted.version.empty())
    co_return fail(ErrorCode::invalid_argument, "{} has no versions to choose from: leave --version out",
                   wanted.reference.spec);
  candidate.owner.clear();  // of a repository, not of ClawHub
  candidate.record->owner.clear();
  candidate.record->reference = wanted.reference.spec;
  candidate.verdict = {.finding = Finding::unjudged, .status = "not-scanned-by-clawhub"};
  candidate.notes.emplace_back(kNotScanned);
  auto resolved = co_await resolve_install(context.client, wanted.reference, wanted.force_install);
  CHELA_CO_TRY(auto resolution, std::move(resolved));
  auto fetched = co_await fetch_github(context, candidate, std::move(resolution));
  CHELA_CO_TRY(auto staged, std::move(fetched));
  take(candidate, std::move(staged));
  co_return candidate;
}

Result<Staged> stage_local(const packages::PackagesModule& engine, const Reference& reference,
                           const fs::path& staging) {
  fs::path unpacked;
  if (reference.kind == ReferenceKind::folder) {
    CHELA_TRY(unpacked, stage_folder(engine, reference.path, staging));
  } else if (reference.kind == ReferenceKind::file) {
    CHELA_TRY(unpacked, stage_file(engine, reference.path, staging));
  } else {
    CHELA_TRY(auto bytes, platform::read_file(reference.path, kArchiveBytesMax));
    CHELA_TRY(unpacked, stage_archive(engine, bytes, staging));
  }
  return look_at(std::move(unpacked));
}

// What a skill is called that has no name of its own.
std::string fallback_slug(const Reference& reference) {
  auto path = reference.kind == ReferenceKind::git ? fs::path(reference.url) : reference.path;
  if (reference.kind == ReferenceKind::file) path = path.parent_path();
  auto name = path.filename().string();
  for (std::string_view suffix : {".git", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"}) {
    if (to_lower(name).ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  }
  return name;
}

Result<void> choose_slug(const Wanted& wanted, Candidate& candidate) {
  candidate.slug = wanted.slug;
  if (candidate.slug.empty() && is_slug(candidate.name)) candidate.slug = candidate.name;
  if (candidate.slug.empty()) candidate.slug = fallback_slug(wanted.reference);
  if (is_slug(candidate.slug)) return {};
  return fail(ErrorCode::invalid_argument, "`{}` cannot be the name of a skill's folder; choose one with --as SLUG",
              candidate.slug);
}

Task<Result<Staged>> fetch_git(HubContext& context, Candidate& candidate) {
  const auto& reference = candidate.reference;
  auto archive = candidate.staging / "repository.tar";
  auto repository = candidate.staging / "repository";
  auto cloned = co_await packages::clone_git(context.fetch, reference.url, reference.ref, repository, archive);
  CHELA_CO_TRY(candidate.version, std::move(cloned));
  candidate.checked_by = "commit";
  auto work = run_blocking<Staged>(
      context.fetch.loop, [&engine = context.fetch.engine, archive, staging = candidate.staging]() -> Result<Staged> {
        auto to = staging / "unpacked";
        CHELA_CHECK(packages::unpack(engine, archive, to, skill_limits()));
        return look_at(to);
      });
  co_return co_await std::move(work);
}

Task<Result<Candidate>> find_elsewhere(HubContext& context, Wanted wanted, Candidate candidate) {
  const bool is_git = wanted.reference.kind == ReferenceKind::git;
  if (!wanted.version.empty())
    co_return fail(ErrorCode::invalid_argument, "--version is for skills of ClawHub; a repository takes @REF");
  candidate.record.reset();
  Result<Staged> fetched;
  if (is_git) {
    fetched = co_await fetch_git(context, candidate);
  } else {
    auto work = run_blocking<Staged>(context.fetch.loop,
                                     [&engine = context.fetch.engine, reference = wanted.reference,
                                      staging = candidate.staging] { return stage_local(engine, reference, staging); });
    fetched = co_await std::move(work);
  }
  CHELA_CO_TRY(auto staged, std::move(fetched));
  take(candidate, std::move(staged));
  CHELA_CO_CHECK(choose_slug(wanted, candidate));
  SourceRecord source{.source = is_git ? "git" : "path", .spec = wanted.reference.spec, .slug = candidate.slug};
  source.url = wanted.reference.url;
  source.ref = wanted.reference.ref;
  source.commit = candidate.version;
  candidate.source = std::move(source);
  co_return candidate;
}

}  // namespace

Task<Result<Candidate>> find_candidate(HubContext& context, Wanted wanted, fs::path staging) {
  Candidate candidate{.reference = wanted.reference, .slug = wanted.reference.slug, .owner = wanted.reference.owner};
  candidate.staging = std::move(staging);
  if (!wanted.reference.is_remote())
    co_return co_await find_elsewhere(context, std::move(wanted), std::move(candidate));
  if (!wanted.slug.empty())
    co_return fail(ErrorCode::invalid_argument, "--as is for skills from elsewhere: ClawHub's have a name");
  auto discovered = co_await context.client.discover();
  CHELA_CO_CHECK(discovered);
  candidate.record =
      Record{.registry = context.client.address().base, .slug = candidate.slug, .owner = candidate.owner};
  if (wanted.reference.kind == ReferenceKind::skills_sh)
    co_return co_await find_external(context, std::move(wanted), std::move(candidate));
  co_return co_await find_hosted(context, std::move(wanted), std::move(candidate));
}

Task<Result<std::string>> find_latest(HubContext& context, Reference reference, bool force_install) {
  auto discovered = co_await context.client.discover();
  CHELA_CO_CHECK(discovered);
  auto resolved = co_await resolve_install(context.client, reference, force_install);
  CHELA_CO_TRY(auto resolution, std::move(resolved));
  co_return resolution.is_github ? resolution.commit : resolution.version;
}

}  // namespace chela::runtime::skills::hub
