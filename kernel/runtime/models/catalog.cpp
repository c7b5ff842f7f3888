#include "kernel/runtime/models/catalog.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/runtime/models/service_claims.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kFromConfig = "models.providers";
constexpr std::string_view kFromEnvironment = "environment";

bool flag_of(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::uint64_t count_of(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

const Json& member(const Json& object, const char* key) {
  static const Json kNothing = Json::object();
  auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() ? *found : kNothing;
}

std::vector<Model> models_of(const Json& service) {
  std::vector<Model> models;
  for (const auto& entry : member(service, "models")) {
    if (entry.is_string()) {
      models.push_back({entry.get<std::string>(), {}});
    } else if (entry.is_object() && !text_of(entry, "id").empty()) {
      models.push_back({text_of(entry, "id"), text_of(entry, "name"), count_of(entry, "contextWindow"),
                        count_of(entry, "maxTokens")});
    }
  }
  return models;
}

// The members of a service that the provider is told as they stand.
Json options_of(const Json& entry) {
  Json options = Json::object();
  for (const char* key : {"headers", "authHeader", "proxy", "caFile", "connectTimeoutMs", "firstByteTimeoutMs",
                          "idleTimeoutMs", "totalTimeoutMs", "maxTokensField", "quirks"}) {
    if (entry.contains(key)) options[key] = entry[key];
  }
  return options;
}

// The same of an entry in models.providers, whose names are upstream's.
Json options_of_config(const Json& entry) {
  Json options = options_of(entry);
  if (auto seconds = count_of(entry, "timeoutSeconds"); seconds > 0) options["totalTimeoutMs"] = seconds * 1000;
  const Json& request = member(entry, "request");
  if (auto headers = member(request, "headers"); !headers.empty()) {
    headers.update(member(entry, "headers"));
    options["headers"] = std::move(headers);
  }
  const Json& proxy = member(request, "proxy");
  if (text_of(proxy, "mode") == "explicit-proxy") options["proxy"] = text_of(proxy, "url");
  return options;
}

// The name under which the application finds a secret of the configuration: "config:" and a JSON pointer.
std::string secret_of(std::initializer_list<std::string> place) {
  Json::json_pointer pointer;
  for (const auto& segment : place) pointer /= segment;
  return "config:" + pointer.to_string();
}

bool is_usable(const Service& service) {
  return !service.embedded && !service.models.empty() && (service.has_key() || !service.needs_key);
}

// "host:port" of an http or https URL, or empty.
std::string authority_of(std::string_view url) {
  auto parsed = net::parse_egress_url(url);
  return parsed ? parsed->authority() : std::string();
}

bool is_on_this_machine(std::string_view url) {
  auto parsed = net::parse_egress_url(url);
  return parsed && (parsed->host == "localhost" || parsed->host == "127.0.0.1" || parsed->host == "::1");
}

}  // namespace

ModelCatalog::ModelCatalog(const plugins::PluginSet& plugins, const Json& config, Environment environment)
    : environment_(std::move(environment)) {
  add_from_manifests(plugins);
  add_from_config(member(member(config, "models"), "providers"));
  add_from_environment(member(member(config, "models"), "env"));
  order_services(member(member(config, "models"), "providers"));
  for (const auto& [reference, entry] : member(member(member(config, "agents"), "defaults"), "models").items()) {
    if (auto alias = text_of(entry, "alias"); !alias.empty()) aliases_[alias] = reference;
  }
  choose_default(member(member(config, "agents"), "defaults"));
}

void ModelCatalog::add(Service service, Json options) {
  options["id"] = service.id;
  options["api"] = service.api;
  if (service.has_key()) options["apiKeySecret"] = service.secret_name;
  if (!service.base_url.empty()) options["baseUrl"] = service.base_url;
  service.json = json_text(options);
  auto id = service.id;
  services_.insert_or_assign(std::move(id), std::move(service));
}

void ModelCatalog::add_from_manifests(const plugins::PluginSet& plugins) {
  auto is_used = [&](const std::string& plugin_id) {
    const auto* record = plugins.find(plugin_id);
    return record && record->state != plugins::State::disabled && record->state != plugins::State::failed;
  };
  auto bundled = plugins.bundled_manifests();
  for (const auto& manifest : bundled) {
    if (!is_used(manifest->id)) continue;
    for (const auto& entry : *manifest->services) add_from_manifest(plugins, entry, manifest->id);
  }
  ServiceClaims claims(bundled);
  for (const auto* record : plugins.list()) {
    const auto& manifest = *record->manifest;
    if (record->origin == plugins::Origin::bundled || !is_used(manifest.id)) continue;
    for (const auto& entry : *manifest.services) {
      if (auto allowed = claims.check(entry)) {
        add_from_manifest(plugins, entry, manifest.id);
      } else {
        diagnostics_.push_back({plugins::Severity::warning, plugins::DiagnosticCode::service_refused, manifest.id,
                                allowed.error().message, manifest.directory.string()});
      }
    }
  }
}

void ModelCatalog::add_from_manifest(const plugins::PluginSet& plugins, const Json& entry,
                                     const std::string& plugin_id) {
  Service service{.id = text_of(entry, "id"), .name = text_of(entry, "name"), .api = text_of(entry, "api"),
                  .base_url = text_of(entry, "baseUrl"), .origin = "plugin " + plugin_id};
  if (service.id.empty() || !plugins.registry().find("provider", service.api)) return;
  if (find_service(service.id)) return;  // who is first has it
  service.local = flag_of(entry, "local") && is_on_this_machine(service.base_url);
  service.embedded = flag_of(entry, "embedded");
  service.models = models_of(entry);
  for (const auto& name : member(entry, "apiKeyEnv")) {
    service.needs_key = true;
    if (!name.is_string() || service.has_key() || !environment_(name.get<std::string>())) continue;
    service.secret_name = "env:" + name.get<std::string>();
  }
  precedence_.push_back(service.id);
  add(std::move(service), options_of(entry));
}

void ModelCatalog::add_from_config(const Json& providers) {
  if (!providers.is_object()) return;
  for (const auto& [id, entry] : providers.items()) {
    if (!entry.is_object()) continue;
    Service service{.id = id, .name = text_of(entry, "name"), .api = text_of(entry, "api"),
                    .base_url = text_of(entry, "baseUrl"), .origin = std::string(kFromConfig)};
    Json options = Json::object();
    if (const Service* known = find_service(id)) {  // a manifest's service, with some members set by the operator
      options = Json::parse(known->json);
      if (service.name.empty()) service.name = known->name;
      if (service.api.empty()) service.api = known->api;
      if (service.base_url.empty()) service.base_url = known->base_url;
      service.models = known->models;
      service.secret_name = known->secret_name;
      service.needs_key = known->needs_key;
      service.local = known->local;
      service.embedded = known->embedded;
    }
    if (service.api.empty()) service.api = "openai-completions";  // what upstream assumes of a service with a baseUrl
    options.update(options_of_config(entry));
    if (auto key = entry.find("apiKey"); key != entry.end() && !key->is_null() && *key != "") {
      service.secret_name = secret_of({"models", "providers", id, "apiKey"});
    }
    if (auto models = models_of(entry); !models.empty()) service.models = std::move(models);
    add(std::move(service), std::move(options));
  }
}

void ModelCatalog::add_from_environment(const Json& environment) {
  if (!environment.is_object() || (!environment.contains("key") && text_of(environment, "endpoint").empty())) return;
  Service service{.id = "env", .name = "MODEL_PROVIDER_*", .api = "openai-completions",
                  .base_url = text_of(environment, "endpoint"), .origin = std::string(kFromEnvironment)};
  if (service.base_url.empty()) service.base_url = "https://api.openai.com/v1";
  auto model = text_of(environment, "model");
  service.models = {{model.empty() ? "gpt-4o" : model, {}}};
  Json options = Json::object();
  if (environment.contains("key")) service.secret_name = secret_of({"models", "env", "key"});
  add(std::move(service), std::move(options));
}

void ModelCatalog::order_services(const Json& providers) {
  auto of_manifests = std::exchange(precedence_, {});
  auto put = [this](const std::string& id) {
    if (find_service(id) && std::ranges::find(precedence_, id) == precedence_.end()) precedence_.push_back(id);
  };
  for (const auto& [id, service] : services_) {
    if (service.origin == kFromEnvironment) put(id);
  }
  if (providers.is_object()) {
    for (const auto& [id, entry] : providers.items()) put(id);
  }
  for (const auto& id : of_manifests) put(id);
}

// What the operator wrote has no order that could be known: the file is JSON, and may come in several layers.
void ModelCatalog::note_ambiguity() {
  std::string others;
  for (const auto& [id, service] : services_) {
    bool ties = service.origin == kFromConfig && is_usable(service) && id != default_.service;
    if (ties) others += (others.empty() ? "" : ", ") + id;
  }
  if (others.empty()) return;
  diagnostics_.push_back({plugins::Severity::warning, plugins::DiagnosticCode::ambiguous_default, "",
                          "models.providers: " + default_.text() + " answers by default, because its id comes before " +
                              others + "; say which one in agents.defaults.model.primary",
                          "models.providers"});
}

void ModelCatalog::choose_default(const Json& defaults) {
  const Json& model = member(defaults, "model");
  auto primary = model.is_string() ? model.get<std::string>() : text_of(model, "primary");
  if (!primary.empty()) {
    is_chosen_ = true;
    if (auto found = resolve(primary)) {
      default_ = std::move(*found);
    } else {
      auto slash = primary.find('/');  // kept, so that the error names it
      default_ = slash == std::string::npos ? ModelRef{{}, primary}
                                            : ModelRef{primary.substr(0, slash), primary.substr(slash + 1)};
    }
    return;
  }
  // The more plainly somebody said so, the earlier. Local services are waited for: see add_local_models().
  const std::function<bool(const Service&)> kOrder[] = {
      [](const Service& service) { return service.origin == kFromEnvironment; },
      [](const Service& service) { return service.origin == kFromConfig && is_usable(service); },
      [](const Service& service) { return service.has_key() && is_usable(service); },
      [](const Service& service) { return service.embedded && !service.models.empty(); },
  };
  for (const auto& fits : kOrder) {
    for (const auto& id : precedence_) {
      const auto& service = services_.at(id);
      if (!fits(service)) continue;
      default_ = {id, service.models.front().id};
      if (service.origin == kFromConfig) note_ambiguity();
      return;
    }
  }
}

const Service* ModelCatalog::find_service(std::string_view id) const {
  auto found = services_.find(std::string(id));
  return found == services_.end() ? nullptr : &found->second;
}

Result<ModelRef> ModelCatalog::resolve(std::string_view reference) const {
  if (reference.empty()) {
    if (find_service(default_.service)) return default_;
    if (default_.model.empty())
      return fail(ErrorCode::not_found, "no model is configured; set MODEL_PROVIDER_KEY or models.providers");
    return fail(ErrorCode::not_found, "agents.defaults.model.primary names `{}`, which no service has; known are {}",
                default_.service.empty() ? default_.model : default_.text(), known_references());
  }
  if (auto alias = aliases_.find(std::string(reference)); alias != aliases_.end()) reference = alias->second;
  auto slash = reference.find('/');
  if (slash != std::string_view::npos && find_service(reference.substr(0, slash))) {
    return ModelRef{std::string(reference.substr(0, slash)), std::string(reference.substr(slash + 1))};
  }
  for (const auto& id : precedence_) {
    const auto& service = services_.at(id);
    for (const auto& model : service.models) {
      if (model.id == reference && (service.has_key() || !service.needs_key)) return ModelRef{id, model.id};
    }
  }
  return fail(ErrorCode::not_found, "no model `{}`; known are {}", reference, known_references());
}

bool ModelCatalog::is_demonstration() const {
  const Service* service = find_service(default_.service);
  return service && service->embedded && !is_chosen_;
}

std::vector<const Service*> ModelCatalog::local_candidates() const {
  std::vector<const Service*> out;
  if (!is_demonstration()) return out;
  for (const auto& id : precedence_) {
    const auto& service = services_.at(id);
    if (service.local) out.push_back(&service);
  }
  return out;
}

void ModelCatalog::add_local_models(std::string_view service_id, std::vector<Model> models) {
  auto found = services_.find(std::string(service_id));
  if (found == services_.end() || models.empty()) return;
  found->second.models = std::move(models);
  if (is_demonstration()) default_ = {found->first, found->second.models.front().id};
}

bool ModelCatalog::is_service_authority(std::string_view authority) const {
  return !authority.empty() && std::ranges::any_of(services_, [&](const auto& entry) {
    return authority_of(entry.second.base_url) == authority;
  });
}

std::string ModelCatalog::known_references() const {
  std::string out;
  for (const auto& [id, service] : services_) {
    if (service.needs_key && !service.has_key()) continue;
    for (const auto& model : service.models) {
      if (out.size() > 400) return out + ", …";
      out += (out.empty() ? "" : ", ") + id + "/" + model.id;
    }
  }
  return out.empty() ? "none" : out;
}

}  // namespace chela::runtime
