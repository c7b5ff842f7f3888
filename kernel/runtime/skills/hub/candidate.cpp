#include "kernel/runtime/skills/hub/candidate.hpp"

#include <chrono>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/hub/digests.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

std::int64_t now_ms() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

std::string Candidate::refusal() const {
  if (verdict.finding == Finding::blocked) {
    return fmt::format("clawhub_download_blocked: ClawHub blocks it{}{}", verdict.reasons.empty() ? "" : ": ",
                       fmt::join(verdict.reasons, ", "));
  }
  if (report.verdict == scan::Verdict::malicious) return "its files look malicious; the lines are above";
  return {};
}

std::vector<std::string> Candidate::doubts() const {
  std::vector<std::string> out;
  if (verdict.finding == Finding::review) {
    out.push_back(fmt::format("ClawHub has not cleared it ({}{}{})",
                              verdict.status.empty() ? "suspicious" : verdict.status,
                              verdict.reasons.empty() ? "" : ": ", fmt::join(verdict.reasons, ", ")));
  }
  if (report.verdict == scan::Verdict::suspicious) out.emplace_back("its files look suspicious; the lines are above");
  return out;
}

Result<Target> find_target(const Workdir& workdir, const Reference& reference, const std::string& slug) {
  Target out{.folder = "skills/" + slug, .key = slug};
  // Skills from elsewhere have no key; what stands under their name goes.
  auto locked = reference.is_remote() ? workdir.lock().find(reference) : std::nullopt;
  if (locked) out = {.folder = locked->folder, .key = locked->key};
  if (!locked) locked = workdir.lock().find(out.key);
  if (locked && locked->is_pinned) {
    return fail(ErrorCode::denied,
                "{} is pinned to {}{}; take `pinned` out of the lock file, or run `clawhub unpin`, first", locked->key,
                locked->version, locked->pin_reason.empty() ? "" : " (" + locked->pin_reason + ")");
  }
  if (locked) out.version_before = locked->version;
  out.is_taken = workdir.is_there(out.folder);
  for (const auto& other : workdir.lock().skills()) {
    if (other.folder != out.folder || other.key == out.key) continue;
    return fail(ErrorCode::already_exists, "{} is that of {}; remove it first: `chela skills remove {}`", out.folder,
                other.key, other.key);
  }
  return out;
}

Result<void> check_registry(const Client& client, const fs::path& workdir, const LockedSkill& skill) {
  auto from = skill.registry;
  if (from.empty()) {
    auto origin = read_origin(workdir / skill.folder);
    if (origin && *origin) from = (*origin)->registry;
  }
  auto theirs = net::parse_egress_url(from), ours = net::parse_egress_url(client.address().base);
  if (from.empty() || !theirs || (ours && theirs->origin() == ours->origin())) return {};
  return fail(ErrorCode::denied, "{} came from {}, and {} is asked now; --hub {} updates it from there", skill.key,
              theirs->origin(), client.address().base, theirs->origin());
}

Result<void> put_in_place(Workdir& workdir, const Candidate& candidate, const Target& target) {
  Placement placement{.staging = candidate.staging, .tree = candidate.tree, .folder = target.folder, .key = target.key};
  if (candidate.source) {
    auto source = *candidate.source;
    source.installed_at_ms = now_ms();
    CHELA_CHECK(write_source_origin(candidate.tree, source));
    return workdir.place(placement);
  }
  auto record = *candidate.record;
  record.installed_at_ms = now_ms();
  CHELA_TRY(auto text, platform::read_file(candidate.tree / "SKILL.md", 256u << 20));
  record.skill_file = "SKILL.md";
  record.skill_file_sha256 = sha256_hex(text);
  CHELA_TRY(record.tree_sha256, tree_sha256(candidate.tree));
  CHELA_TRY(auto files, published_files(candidate.tree));
  record.fingerprint = fingerprint_of(std::move(files));
  CHELA_CHECK(write_origin(candidate.tree, record));
  placement.record = std::move(record);
  return workdir.place(placement);
}

}  // namespace chela::runtime::skills::hub
