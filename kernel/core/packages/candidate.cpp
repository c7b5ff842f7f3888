#include "kernel/core/packages/candidate.hpp"

#include <algorithm>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/packages/npm_install.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

// What only blocking calls find out.
Result<Candidate> read_candidate(const PackagesModule& engine, const TrustStore& keys, Source source, Fetched fetched) {
  Candidate out{.source = std::move(source), .fetched = std::move(fetched)};
  CHELA_TRY(out.info, read_package(out.fetched.folder));
  CHELA_TRY(out.files, read_tree(out.fetched.folder));
  out.signature = keys.judge_folder(engine, out.fetched.folder, out.info.id, out.info.version, out.files);
  return out;
}

// The digest of the files below node_modules that are not of the package.
Result<std::string> dependencies_digest(const fs::path& folder, const std::vector<FileRecord>& own) {
  CHELA_TRY(auto all, read_tree(folder));
  std::erase_if(
      all, [&](const FileRecord& file) { return std::ranges::binary_search(own, file.name, {}, &FileRecord::name); });
  return all.empty() ? std::string() : tree_digest(all);
}

}  // namespace

std::string Candidate::refusal() const {
  if (signature.state == SignatureState::invalid || signature.state == SignatureState::revoked) return signature.text;
  auto error = std::ranges::find(info.problems, true, &PackageProblem::is_error);
  return error == info.problems.end() ? std::string() : error->message + " (" + error->code + ")";
}

plugins::TrustLevel Candidate::trust() const {
  return plugins::decide_trust({.signed_by_trusted_key = signature.state == SignatureState::trusted});
}

Task<Result<Candidate>> find_candidate(FetchContext& context, const TrustStore& keys, Source source, fs::path staging) {
  auto fetching = co_await fetch(context, source, staging);
  CHELA_CO_TRY(auto fetched, std::move(fetching));
  auto reading = run_blocking<Candidate>(context.loop, [&engine = context.engine, &keys, source, fetched] {
    return read_candidate(engine, keys, source, fetched);
  });
  co_return co_await std::move(reading);
}

Task<Result<LockEntry>> complete_candidate(FetchContext& context, Candidate candidate, fs::path staging) {
  auto& info = candidate.info;
  auto folder = candidate.fetched.folder;
  auto installed = co_await install_dependencies(context, info.dependencies, folder, staging / "dependencies");
  CHELA_CO_CHECK(installed);
  LockEntry entry{.id = info.id,
                  .kind = std::string(name_of(info.kind)),
                  .version = info.version,
                  .source = candidate.source.spec,
                  .resolved = candidate.fetched.resolved,
                  .integrity = candidate.fetched.integrity,
                  .digest = tree_digest(candidate.files),
                  .files = candidate.files,
                  .signature = candidate.signature.state,
                  .key_id = candidate.signature.key_id,
                  .permissions = info.permissions,
                  .installed_at_ms = context.loop.clock().unix_ms()};
  auto reading = run_blocking<std::string>(
      context.loop, [folder, files = candidate.files] { return dependencies_digest(folder, files); });
  auto digest = co_await std::move(reading);
  CHELA_CO_TRY(entry.dependencies_digest, std::move(digest));
  co_return entry;
}

std::vector<std::string> new_permissions(const std::vector<std::string>& granted,
                                         const std::vector<std::string>& wanted) {
  std::vector<std::string> out;
  for (const auto& permission : wanted) {
    if (std::ranges::find(granted, permission) == granted.end()) out.push_back(permission);
  }
  return out;
}

}  // namespace chela::packages
