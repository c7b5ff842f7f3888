#include "kernel/runtime/models/service_claims.hpp"

#include <cctype>

#include <nlohmann/json.hpp>

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

std::string id_of(const Json& service) {
  auto found = service.find("id");
  return found != service.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> keys_of(const Json& service) {
  std::vector<std::string> out;
  auto found = service.find("apiKeyEnv");
  if (found == service.end()) return out;
  for (const auto& name : *found) {
    if (name.is_string()) out.push_back(name.get<std::string>());
  }
  return out;
}

// "acme-ai" -> "ACME_AI_API_KEY"
std::string own_key_of(const std::string& id) {
  std::string out;
  for (unsigned char c : id) out += std::isalnum(c) ? static_cast<char>(std::toupper(c)) : '_';
  return out + "_API_KEY";
}

}  // namespace

ServiceClaims::ServiceClaims(const std::vector<std::shared_ptr<const plugins::Manifest>>& bundled) {
  for (const auto& manifest : bundled) {
    for (const auto& service : *manifest->services) {
      auto id = id_of(service);
      services_.try_emplace(id, manifest->id);
      for (auto& name : keys_of(service)) keys_.try_emplace(std::move(name), id);
    }
  }
}

Result<void> ServiceClaims::check(const Json& service) const {
  auto id = id_of(service);
  if (auto owner = services_.find(id); owner != services_.end()) {
    return fail(ErrorCode::denied, "the service `{}` belongs to the plugin {}; declare it under another id", id,
                owner->second);
  }
  for (const auto& name : keys_of(service)) {
    if (auto owner = keys_.find(name); owner != keys_.end()) {
      return fail(ErrorCode::denied, "{} is the key of the service `{}`, not of `{}`", name, owner->second, id);
    }
    if (auto own = own_key_of(id); name != own) {
      return fail(ErrorCode::denied,
                  "the key of the service `{}` is in {}, not in {}; another can be given in models.providers.{}.apiKey",
                  id, own, name, id);
    }
  }
  return {};
}

}  // namespace chela::runtime
