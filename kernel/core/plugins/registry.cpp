#include "kernel/core/plugins/registry.hpp"

namespace chela::plugins {

Result<void> Registry::add(Capability capability) {
  Key key(capability.kind, capability.id);
  auto [entry, added] = capabilities_.try_emplace(std::move(key), std::move(capability));
  if (added) return {};
  const Capability& first = entry->second;
  return fail(ErrorCode::already_exists, "{}/{} is provided by both {} and {}; disable one of them in plugins.entries",
              first.kind, first.id, first.plugin_id, capability.plugin_id);
}

const Capability* Registry::find(std::string_view kind, std::string_view id) const {
  auto found = capabilities_.find({std::string(kind), std::string(id)});
  return found == capabilities_.end() ? nullptr : &found->second;
}

std::vector<const Capability*> Registry::list(std::string_view kind) const {
  std::vector<const Capability*> out;
  for (auto at = capabilities_.lower_bound({std::string(kind), {}}); at != capabilities_.end(); ++at) {
    if (at->first.first != kind) break;
    out.push_back(&at->second);
  }
  return out;
}

std::vector<const Capability*> Registry::list_all() const {
  std::vector<const Capability*> out;
  for (const auto& [key, capability] : capabilities_) out.push_back(&capability);
  return out;
}

}  // namespace chela::plugins
