#include "kernel/app/secrets.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/config/schema.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/platform/paths.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

void find_references(const Json& schema, const config::Path& path, const Json& value,
                     std::vector<std::pair<config::Path, const Json*>>& found) {
  if (value.is_object()) {
    if (auto enabled = value.find("enabled"); enabled != value.end() && *enabled == false) return;
    bool is_reference = value.contains("source") && value.contains("id") && config::is_secret(schema, path);
    if (is_reference) return found.emplace_back(path, &value), void();
    for (const auto& [key, member] : value.items()) find_references(schema, path.child(key), member, found);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) find_references(schema, path.child(i), value[i], found);
  } else if (value.is_string() && !config::is_literal_secret(value) && config::is_secret(schema, path)) {
    found.emplace_back(path, &value);
  }
}

}  // namespace

config::SecretResolver secret_resolver(const config::Environment& environment, const config::Snapshot& config,
                                       config::SecretResolver::Sink sink) {
  auto home = platform::home_directory();
  // Without a home `~` stays, and the error of the file that is not there names it.
  return {environment, home ? home->string() : "~", config.find("secrets.providers"), std::move(sink)};
}

std::vector<std::string> unresolved_secrets(const config::ConfigSpec& spec, const config::Snapshot& config,
                                            const config::SecretResolver& resolver) {
  std::vector<std::pair<config::Path, const Json*>> references;
  find_references(spec.schema(), {}, config.root(), references);
  std::vector<std::string> out;
  for (const auto& [path, reference] : references) {
    if (path.starts_with({"skills", "entries"})) continue;  // only that skill does without; it says so itself
    auto resolved = resolver.resolve(*reference);
    if (!resolved) out.push_back(fmt::format("{}: {}", path.text(), resolved.error().message));
  }
  return out;
}

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
  Json::json_pointer place{std::string(use.name.substr(kConfig.size()))};
  const auto& root = config_().root();
  if (!root.contains(place)) return fail(ErrorCode::not_found, "the secret `{}` is not configured any more", use.name);
  return resolver_.resolve(root.at(place));
}

}  // namespace chela::app
