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

  // Forgets everything; pointers that were handed out are void.
  void clear() { capabilities_.clear(); }

  // Null when nothing provides it. Valid until the registry changes, which happens between turns of the loop: nobody
  // keeps it across a co_await.
  const Capability* find(std::string_view kind, std::string_view id) const;
  // By id. Valid until the registry changes.
  std::vector<const Capability*> list(std::string_view kind) const;
  std::vector<const Capability*> list_all() const;

 private:
  using Key = std::pair<std::string, std::string>;  // kind, id
  std::map<Key, Capability> capabilities_;
};

}  // namespace chela::plugins
