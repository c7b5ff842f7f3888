#include "kernel/app/secrets.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/net/egress_url.hpp"

namespace chela::app {

Result<std::string> ServiceSecrets::resolve(const net::SecretUse& use) const {
  const auto* models = models_();
  bool belongs = models && std::ranges::any_of(models->services(), [&](const auto& entry) {
    auto url = net::parse_egress_url(entry.second.base_url);
    return entry.second.secret_name == use.name && url && url->host == use.host;
  });
  if (!belongs) {
    return fail(ErrorCode::denied, "the secret `{}` belongs to no service at {}", use.name, use.host);
  }
  constexpr std::string_view kConfig = "config:";
  if (!use.name.starts_with(kConfig)) return resolver_.resolve(std::string(use.name));
  nlohmann::json::json_pointer place{std::string(use.name.substr(kConfig.size()))};
  const auto& root = config_().root();
  if (!root.contains(place)) return fail(ErrorCode::not_found, "the secret `{}` is not configured any more", use.name);
  return resolver_.resolve(root.at(place));
}

}  // namespace chela::app
