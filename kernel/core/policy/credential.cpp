#include "kernel/core/policy/credential.hpp"

#include <nlohmann/json.hpp>

namespace chela::policy {
namespace {

using Json = nlohmann::json;

const Json* find_member(const Json* object, const char* key) {
  if (!object || !object->is_object()) return nullptr;
  auto found = object->find(key);
  return found == object->end() ? nullptr : &*found;
}

bool is_set(const Json* secret) {
  return secret && (secret->is_string() ? *secret != "" : secret->is_object() && !secret->empty());
}

}  // namespace

Credential configured_credential(const Json& config) {
  const Json* auth = find_member(find_member(&config, "gateway"), "auth");
  const Json* mode = find_member(auth, "mode");
  if (mode && *mode == "none") return {};
  const Json* token = find_member(auth, "token");
  const Json* password = find_member(auth, "password");
  bool by_password = mode ? *mode == "password" : !is_set(token) && is_set(password);
  const Json* secret = by_password ? password : token;
  return {by_password ? "gateway.auth.password" : "gateway.auth.token", is_set(secret) ? secret : nullptr};
}

}  // namespace chela::policy
