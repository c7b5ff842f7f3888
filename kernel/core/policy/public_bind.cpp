#include "kernel/core/policy/public_bind.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/policy/credential.hpp"

namespace chela::policy {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kRaw = "raw:";

const Json* find(const Json& config, std::string_view path) {
  const Json* at = &config;
  for (auto key : split(path, '.')) {
    if (!at->is_object()) return nullptr;
    auto member = at->find(std::string(key));
    if (member == at->end()) return nullptr;
    at = &*member;
  }
  return at;
}

bool is_true(const Json& config, std::string_view path) {
  const Json* value = find(config, path);
  return value && value->is_boolean() && value->get<bool>();
}

bool names_secret(std::string_view key) {
  auto name = to_lower(key);
  return std::ranges::any_of(std::initializer_list<std::string_view>{"ref", "secret", "token", "password", "apikey"},
                             [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

// Paths of `raw:` values below keys that name secrets.
void collect_raw_secrets(const Json& value, const std::string& path, bool secret, std::vector<std::string>& out) {
  if (value.is_object() || value.is_array()) {
    for (const auto& [key, child] : value.items()) {
      auto place = value.is_array() ? fmt::format("{}[{}]", path, key) : (path.empty() ? key : path + "." + key);
      collect_raw_secrets(child, place, secret || (!value.is_array() && names_secret(key)), out);
    }
  } else if (secret && value.is_string()) {
    auto start = std::string_view(value.get_ref<const std::string&>()).substr(0, kRaw.size());
    if (to_lower(start) == kRaw) out.push_back(path);
  }
}

// A reference to a secret that stands elsewhere: its strength is not known here.
bool is_reference(const Json& secret) {
  if (secret.is_object()) return true;
  const auto& text = secret.get_ref<const std::string&>();
  return text.starts_with("env:") || text.starts_with("file:") || text.starts_with("$");
}

BindRefusal too_short(std::string key, std::size_t size) {
  auto message = fmt::format("it has {} characters and can be guessed; use at least {}", size, kCredentialBytesMin);
  return {std::move(key), std::move(message)};
}

void check_token(const Json& config, std::vector<BindRefusal>& out) {
  auto [key, secret] = configured_credential(config);
  if (key.empty()) {
    out.push_back({"gateway.auth.mode",
                   "anyone who reaches the port could use the gateway; set it to \"token\", and gateway.auth.token"});
    return;
  }
  if (!secret) {
    auto message = fmt::format("anyone who reaches the port could use the gateway; set at least {} characters{}",
                               kCredentialBytesMin, key.ends_with("token") ? " (or OPENCLAW_GATEWAY_TOKEN)" : "");
    out.push_back({std::move(key), std::move(message)});
    return;
  }
  if (is_reference(*secret)) return;
  std::string_view text = secret->get_ref<const std::string&>();
  if (to_lower(text.substr(0, kRaw.size())) == kRaw) text.remove_prefix(kRaw.size());
  if (text.size() >= kCredentialBytesMin) return;
  out.push_back(too_short(std::move(key), text.size()));
}

void check_tooling(const Json& config, std::vector<BindRefusal>& out) {
  if (is_true(config, "gateway.security.allowUnsafeToolingOnPublicBind")) return;
  const Json* exec = find(config, "tools.exec.mode");
  if (exec && (*exec == "full" || *exec == "auto")) {
    out.push_back({"tools.exec.mode",
                   "commands could be run without being asked about; use \"ask\", \"allowlist\" or \"deny\", or "
                   "accept it with gateway.security.allowUnsafeToolingOnPublicBind"});
  }
  const Json* workspace_only = find(config, "tools.fs.workspaceOnly");
  if (workspace_only && *workspace_only == false) {
    out.push_back({"tools.fs.workspaceOnly",
                   "tools could reach the whole file system; set it to true, or accept it with "
                   "gateway.security.allowUnsafeToolingOnPublicBind"});
  }
}

void check_plugins(const Json& config, std::vector<BindRefusal>& out) {
  if (is_true(config, "gateway.security.allowPluginBridgeOnPublicBind")) return;
  const Json* paths = find(config, "plugins.load.paths");
  if (paths && paths->is_array() && !paths->empty()) {
    out.push_back({"plugins.load.paths",
                   "code of third parties would run behind a public address; empty the list, or accept it with "
                   "gateway.security.allowPluginBridgeOnPublicBind"});
  }
}

}  // namespace

bool is_loopback_address(std::string_view address) {
  in_addr ipv4{};
  if (::inet_pton(AF_INET, std::string(address).c_str(), &ipv4) == 1) return address.starts_with("127.");
  return address == "localhost" || address == "::1" || address == "[::1]";
}

std::optional<BindRefusal> check_resolved_credential(std::string_view bind_address, const Json& config,
                                                     std::string_view credential) {
  if (is_loopback_address(bind_address) || credential.size() >= kCredentialBytesMin) return std::nullopt;
  return too_short(configured_credential(config).key, credential.size());
}

std::vector<BindRefusal> check_public_bind(std::string_view bind_address, const Json& config) {
  std::vector<BindRefusal> out;
  if (is_loopback_address(bind_address)) return out;
  check_token(config, out);
  check_tooling(config, out);
  check_plugins(config, out);
  if (!is_true(config, "gateway.security.allowRawSecretRefsOnPublicBind")) {
    std::vector<std::string> raw;
    collect_raw_secrets(config, "", false, raw);
    if (!raw.empty()) {
      raw.resize(std::min<std::size_t>(raw.size(), 3));
      out.push_back(
          {raw.front(), fmt::format("secrets stand in the file itself ({}); use env: or file:, or accept it with "
                                    "gateway.security.allowRawSecretRefsOnPublicBind",
                                    fmt::join(raw, ", "))});
    }
  }
  return out;
}

}  // namespace chela::policy
