#include "kernel/core/config/reload.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/assert.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

void compare(const json& before, const json& after, const Path& path, std::vector<Path>& differing) {
  if (before == after) return;
  if (!before.is_object() || !after.is_object()) {
    differing.push_back(path);
    return;
  }
  for (const auto& [key, value] : before.items()) {
    auto other = after.find(key);
    if (other == after.end()) {
      differing.push_back(path.child(key));
    } else {
      compare(value, *other, path.child(key), differing);
    }
  }
  for (const auto& [key, value] : after.items()) {
    if (!before.contains(key)) differing.push_back(path.child(key));
  }
}

// Makes `to` hold at `path` what `from` does. The objects around it are in both: differences are no deeper.
void copy_value(const json& from, const Path& path, json& to) {
  json* around = &to;
  const auto& segments = path.segments();
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) around = &(*around)[as_key(segments[i])];
  const json* value = path.find_in(from);
  if (value) {
    (*around)[as_key(segments.back())] = *value;
  } else {
    around->erase(as_key(segments.back()));
  }
}

}  // namespace

std::vector<Change> changes_between(const ConfigSpec& spec, const json& before, const json& after) {
  std::vector<Path> differing;
  compare(before, after, {}, differing);
  std::vector<Change> changes;
  for (auto& path : differing) {
    Change change{path, spec.owner_of(path), spec.reload_of(path)};
    changes.push_back(std::move(change));
  }
  return changes;
}

Reloader::Reloader(const ConfigSpec& spec, LoadRequest request, std::shared_ptr<const Snapshot> current)
    : spec_(spec), request_(std::move(request)), current_(std::move(current)) {}

Proposal Reloader::read() const {
  auto [written, problems] = load(spec_, request_);
  Proposal proposal{.next = {}, .written = written, .problems = std::move(problems), .live = {}, .restart = {}};
  if (!written) return proposal;
  json next = current_->root();
  for (auto& change : changes_between(spec_, current_->root(), written->root())) {
    bool live = change.reload == Reload::live;
    if (live) copy_value(written->root(), change.path, next);
    (live ? proposal.live : proposal.restart).push_back(std::move(change));
  }
  proposal.next = std::make_shared<const Snapshot>(*written, std::make_shared<const json>(std::move(next)));
  return proposal;
}

void Reloader::accept(const Proposal& proposal) {
  CHELA_ASSERT(proposal.next, "a file that is wrong is not accepted");
  current_ = proposal.next;
}

}  // namespace chela::config
