#pragma once

// What services of models the manifests of plugins may declare. Loop thread only.
//
// A service is where keys and conversations go, so the program's own plugins come first: no other plugin declares a
// service of theirs again, at whatever address, and none names the key of another service or any secret that happens to
// be in the environment. The key of service `acme-ai` is in ACME_AI_API_KEY; the operator may say otherwise in
// models.providers.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::runtime {

class ServiceClaims {
 public:
  explicit ServiceClaims(const std::vector<std::shared_ptr<const plugins::Manifest>>& bundled);

  // Whether a plugin that is no part of the program may declare `service` (an object of its manifest). Error `denied`.
  Result<void> check(const nlohmann::json& service) const;

 private:
  std::map<std::string, std::string> services_;  // id -> plugin
  std::map<std::string, std::string> keys_;      // variable -> service
};

}  // namespace chela::runtime
