#include "kernel/runtime/skills/hub/local_changes.hpp"

#include "kernel/runtime/skills/hub/digests.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

constexpr const char* kChanged = "its files were changed since they were installed";

struct Known {
  bool is_decided = false;
  std::string why;
  std::string fingerprint;  // when it is not decided
};

Result<Known> compare(const fs::path& folder, const LockedSkill& skill) {
  std::error_code missing;
  if (!fs::exists(fs::symlink_status(folder, missing))) return Known{.is_decided = true};
  if (!fs::is_directory(fs::symlink_status(folder, missing)))
    return Known{.is_decided = true, .why = "it is a link or a file, not a folder"};
  auto origin = read_origin(folder);
  if (!origin) return Known{.is_decided = true, .why = origin.error().message};
  Origin said = origin->value_or(Origin());
  auto tree = said.tree_sha256;
  if (tree.empty() && said.fingerprint.empty()) tree = skill.tree_sha256;
  if (!tree.empty()) {
    auto found = tree_sha256(folder);
    if (!found) return Known{.is_decided = true, .why = found.error().message};
    return Known{.is_decided = true, .why = *found == tree ? "" : kChanged};
  }
  CHELA_TRY(auto files, published_files(folder));
  Known out{.fingerprint = fingerprint_of(std::move(files))};
  if (out.fingerprint.empty()) return Known{.is_decided = true};  // nothing that could be lost
  if (said.fingerprint.empty()) return out;
  out.is_decided = true;
  if (said.fingerprint != out.fingerprint) out.why = kChanged;
  return out;
}

}  // namespace

Task<Result<std::string>> find_local_changes(Client& client, fs::path workdir, LockedSkill skill) {
  auto compared = compare(workdir / skill.folder, skill);
  CHELA_CO_TRY(auto known, std::move(compared));
  if (known.is_decided) co_return known.why;
  auto asked = co_await match_fingerprint(client, skill.slug, skill.owner, known.fingerprint);
  CHELA_CO_TRY(auto match, std::move(asked));
  if (!match.matched.empty()) co_return std::string();
  co_return std::string("it was installed without a record of its files, and no version in the registry has these");
}

}  // namespace chela::runtime::skills::hub
