#pragma once

// Which model services there are, and which model to use. Loop thread only. Data only: nothing is loaded to build it.
//
// The model of a turn is, in this order: what the turn asks for; agents.defaults.model.primary; the service given by
// the environment (models.env); a service of models.providers; a service whose key the environment holds; a local
// service that answers; the embedded one. Among equals those of the program's own plugins come first, in the order of
// their manifests; of those in models.providers the first by id.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/models/service.hpp"

namespace chela::runtime {

class ModelCatalog {
 public:
  // Looks up a variable of the environment.
  using Environment = std::move_only_function<std::optional<std::string>(const std::string& name)>;

  // `config` is the whole effective configuration; of it models.* and agents.defaults.model* are read.
  ModelCatalog(const plugins::PluginSet& plugins, const nlohmann::json& config, Environment environment);

  const std::map<std::string, Service>& services() const { return services_; }
  const Service* find_service(std::string_view id) const;

  // "service/model", an alias, a bare model id that one service lists, or empty for the default.
  // The error says which references would work.
  Result<ModelRef> resolve(std::string_view reference) const;
  const ModelRef& default_model() const { return default_; }
  // True when the embedded service answers because nothing else is configured.
  bool is_demonstration() const;

  // A local service was found alive, with these models: it becomes the default when only the embedded one was.
  void add_local_models(std::string_view service_id, std::vector<Model> models);
  // Local services to try, in order; empty when something is configured already.
  std::vector<const Service*> local_candidates() const;

  // Whether "host:port" belongs to a configured service: what a manifest means by "@service".
  bool is_service_authority(std::string_view authority) const;
  // Services that manifests may not declare (service_claims.hpp), and a default that only the order of ids decides.
  const std::vector<plugins::Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  void add_from_manifests(const plugins::PluginSet& plugins);
  void add_from_manifest(const plugins::PluginSet& plugins, const nlohmann::json& entry, const std::string& plugin_id);
  void add_from_config(const nlohmann::json& config);
  void add_from_environment(const nlohmann::json& config);
  void order_services(const nlohmann::json& providers);
  void choose_default(const nlohmann::json& config);
  void note_ambiguity();
  void add(Service service, nlohmann::json options);
  std::string known_references() const;

  Environment environment_;
  std::map<std::string, Service> services_;
  std::vector<std::string> precedence_;  // their ids, what somebody said most plainly first
  std::vector<plugins::Diagnostic> diagnostics_;
  std::map<std::string, std::string> aliases_;  // agents.defaults.models.<ref>.alias
  ModelRef default_;
  bool is_chosen_ = false;  // by the operator, in agents.defaults.model
};

}  // namespace chela::runtime
