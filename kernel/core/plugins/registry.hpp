#pragma once

// The capability registry: kind/id to the plugin that provides it. Loop thread only.
// It is filled from manifests, so that asking what there is loads no code. Constructed by the application and passed
// on; there is no global one.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela::plugins {

struct Capability {
  std::string kind;
  std::string id;
  std::string plugin_id;
  std::shared_ptr<const nlohmann::json> descriptor;  // the manifest's provides[] entry
};

class Registry {
 public:
  // Error `already_exists` names both plugins.
  Result<void> add(Capability capability);

  // Forgets what `plugin_id` provides.
  void remove_all(std::string_view plugin_id);

  // Null when nothing provides it.
  const Capability* find(std::string_view kind, std::string_view id) const;
  // By id. Valid until the registry changes.
  std::vector<const Capability*> list(std::string_view kind) const;
  std::vector<const Capability*> list_all() const;

 private:
  using Key = std::pair<std::string, std::string>;  // kind, id
  std::map<Key, Capability> capabilities_;
};

}  // namespace chela::plugins
