#include "kernel/core/config/reload.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

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

bool Reloader::Outcome::needs_restart() const {
  return std::ranges::any_of(changes, [](const Change& change) { return change.reload == Reload::restart; });
}

Reloader::Reloader(const ConfigSpec& spec, LoadRequest request, std::shared_ptr<const Snapshot> current)
    : spec_(spec), request_(std::move(request)), current_(std::move(current)) {}

Reloader::Outcome Reloader::check() {
  auto [snapshot, problems] = load(spec_, request_);
  Outcome outcome;
  outcome.problems = std::move(problems);
  if (!snapshot) return outcome;
  outcome.changes = changes_between(spec_, current_->root(), snapshot->root());
  outcome.changed = !outcome.changes.empty();
  current_ = std::move(snapshot);
  return outcome;
}

}  // namespace chela::config
