#include "kernel/gateway/doctor.hpp"

#include <nlohmann/json.hpp>

#include "kernel/gateway/channels_api.hpp"
#include "kernel/gateway/methods.hpp"
#include "kernel/gateway/plugin_routes.hpp"
#include "kernel/runtime/capabilities/services.hpp"
#include "kernel/runtime/context/context_plugins.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

Json models_json(const runtime::ModelCatalog& models) {
  Json services = Json::array();
  for (const auto& [id, service] : models.services()) {
    if (service.needs_key && !service.has_key()) continue;
    services.push_back({{"id", id}, {"api", service.api}, {"baseUrl", service.base_url}, {"origin", service.origin},
                        {"models", service.models.size()}});
  }
  return {
      {"default", models.default_model().text()}, {"demonstration", models.is_demonstration()}, {"services", services}};
}

// Who provides what: {"memory": [{"id", "plugin"}]}.
Json providers_json(const plugins::Registry& registry) {
  Json out = Json::object();
  for (const auto* one : registry.list_all()) out[one->kind].push_back({{"id", one->id}, {"plugin", one->plugin_id}});
  return out;
}

Json services_json(const runtime::Services* services) {
  Json out = Json::array();
  if (!services) return out;
  for (const auto& one : services->health()) {
    out.push_back({{"plugin", one.plugin_id}, {"id", one.id}, {"state", one.state}, {"restarts", one.restarts}});
    if (!one.text.empty()) out.back()["text"] = one.text;
  }
  return out;
}

Json plugins_json(const Context& context) {
  const auto& set = context.plugins;
  Json reports = Json::array();
  std::size_t started = 0;
  std::size_t blocked = 0;
  for (const auto* record : set.list()) {
    started += record->state == plugins::State::started;
    for (const auto& diagnostic : record->diagnostics)
      blocked += diagnostic.code == plugins::DiagnosticCode::jit_mode_required;
    reports.push_back(plugin_json(*record));
  }
  Json diagnostics = Json::array();
  const auto* commands = context.sessions.environment().commands;
  for (const auto* list : {&set.diagnostics(), &context.models.diagnostics(), &context.tools.diagnostics(),
                           commands ? &commands->diagnostics() : nullptr,
                           context.methods ? &context.methods->diagnostics() : nullptr}) {
    if (!list) continue;
    for (const auto& diagnostic : *list) diagnostics.push_back(diagnostic_json(diagnostic));
  }
  return {{"known", reports.size()},
          {"started", started},
          {"blockedByMode", blocked},
          {"reports", reports},
          {"diagnostics", diagnostics},
          {"providers", providers_json(set.registry())},
          {"services", services_json(context.services)},
          {"routes", context.plugin_routes ? context.plugin_routes->report() : Json::array()}};
}

// "poller: degraded, no network, begun again 2 times"
std::string service_line(const Json& service) {
  auto out = service["id"].get<std::string>() + ": " + service["state"].get<std::string>();
  if (service.contains("text")) out += ", " + service["text"].get<std::string>();
  if (service["restarts"] != 0) out += ", begun again " + service["restarts"].dump() + " times";
  return out;
}

Json warnings_of(const Json& report) {
  Json warnings = Json::array();
  if (report["models"]["demonstration"] == true) {
    warnings.push_back(
        "no model is configured: the demonstration answers; set MODEL_PROVIDER_KEY, add models.providers, or start "
        "Ollama");
  }
  for (const auto& plugin : report["plugins"]["reports"]) {
    for (const auto& diagnostic : plugin["diagnostics"]) {
      if (diagnostic["severity"] == "error") {
        warnings.push_back("plugin " + plugin["id"].get<std::string>() + ": " +
                           diagnostic["message"].get<std::string>());
      }
    }
  }
  for (const auto& diagnostic : report["plugins"]["diagnostics"]) warnings.push_back(diagnostic["message"]);
  for (const auto& service : report["plugins"]["services"]) {
    if (service["state"] == "running" || service["state"] == "starting" || service["state"] == "stopped") continue;
    warnings.push_back("plugin " + service["plugin"].get<std::string>() + ": its service " + service_line(service));
  }
  for (const auto& route : report["plugins"]["routes"]) {
    if (!route.contains("unreachable")) continue;
    warnings.push_back("plugin " + route["plugin"].get<std::string>() + ": its route " +
                       route["path"].get<std::string>() + " is never reached: " +
                       route["unreachable"].get<std::string>());
  }
  return warnings;
}

void write_section(std::string& out, const std::string& title, const Json& value) {
  out += "\n" + title + "\n";
  for (const auto& [key, member] : value.items()) {
    if (member.is_structured()) continue;
    out += "- " + key + ": " + (member.is_string() ? member.get<std::string>() : member.dump()) + "\n";
  }
}

}  // namespace

Json diagnostic_json(const plugins::Diagnostic& diagnostic) {
  Json json = {{"severity", diagnostic.severity == plugins::Severity::error ? "error" : "warning"},
               {"code", plugins::name_of(diagnostic.code)}, {"message", diagnostic.message}};
  if (!diagnostic.path.empty()) json["path"] = diagnostic.path;
  return json;
}

Json plugin_json(const plugins::Record& record) {
  Json capabilities = Json::array();
  for (const auto& provision : record.manifest->provides) capabilities.push_back(provision.kind + "/" + provision.id);
  Json diagnostics = Json::array();
  for (const auto& diagnostic : record.diagnostics) diagnostics.push_back(diagnostic_json(diagnostic));
  return {{"id", record.manifest->id}, {"version", record.manifest->version}, {"name", record.manifest->name},
          {"state", plugins::name_of(record.state)}, {"origin", plugins::name_of(record.origin)},
          {"unansweredCalls", record.leftover_calls ? record.leftover_calls->count() : 0},
          {"capabilities", capabilities}, {"diagnostics", diagnostics}};
}

Json doctor_report(const Context& context, Json configuration) {
  Json report = {{"version", context.version}, {"configuration", std::move(configuration)}};
  report["models"] = models_json(context.models);
  report["plugins"] = plugins_json(context);
  report["channels"] = channels_json(context.channels);
  Json tools = Json::array();
  for (const auto& tool : context.tools.list()) tools.push_back(tool->name);
  report["tools"] = tools;
  report["runtime"] = {{"lane", plugins::name_of(context.plugins.lane())},
                       {"openSessions", context.sessions.open_count()},
                       {"runningTurns", context.sessions.running_count()}};
  report["warnings"] = warnings_of(report);
  if (const auto* plugins = context.sessions.environment().turn.context_plugins) {
    for (const auto& problem : plugins->problems()) report["warnings"].push_back(problem);
  }
  for (const auto& warning : report["configuration"].value("warnings", Json::array()))
    report["warnings"].push_back(warning);
  return report;
}

std::string doctor_text(const Json& report) {
  std::string out = "Chela " + report["version"].get<std::string>() + "\n";
  write_section(out, "Configuration", report["configuration"]);
  write_section(out, "Models", report["models"]);
  for (const auto& service : report["models"]["services"]) {
    out += "- service " + service["id"].get<std::string>() + ": " + service["baseUrl"].get<std::string>() + " (" +
           service["origin"].get<std::string>() + ")\n";
  }
  write_section(out, "Runtime", report["runtime"]);
  if (!report["channels"].empty()) out += "\nChannels\n";
  for (const auto& account : report["channels"]) {
    out += "- " + account["channel"].get<std::string>() + " " + account["account"].get<std::string>() + ": " +
           account["state"].get<std::string>();
    if (account.contains("lastError")) out += ", " + account["lastError"].get<std::string>();
    out += "\n";
  }
  out += "\nTools\n";
  for (const auto& tool : report["tools"]) out += "- " + tool.get<std::string>() + "\n";
  out += "\nPlugins\n";
  for (const auto& plugin : report["plugins"]["reports"]) {
    out += "- " + plugin["id"].get<std::string>() + ": " + plugin["state"].get<std::string>() + ", " +
           plugin["version"].get<std::string>();
    if (plugin["unansweredCalls"] != 0) out += ", " + plugin["unansweredCalls"].dump() + " calls left without an answer";
    out += "\n";
    for (const auto& diagnostic : plugin["diagnostics"]) {
      out += "  - " + diagnostic["code"].get<std::string>() + ": " + diagnostic["message"].get<std::string>() + "\n";
    }
  }
  for (const auto& service : report["plugins"]["services"]) {
    out += "- service " + service_line(service) + " (plugin " + service["plugin"].get<std::string>() + ")\n";
  }
  for (const auto& route : report["plugins"]["routes"]) {
    out += "- route " + route["path"].get<std::string>() + " (" + route["match"].get<std::string>() + ", " +
           route["auth"].get<std::string>() + "): plugin " + route["plugin"].get<std::string>() + "\n";
  }
  out += "\nSuggested next steps\n";
  for (const auto& warning : report["warnings"]) out += "- " + warning.get<std::string>() + "\n";
  if (report["warnings"].empty()) out += "- none\n";
  return out;
}

}  // namespace chela::gateway
