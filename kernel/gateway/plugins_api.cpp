#include "kernel/gateway/plugins_api.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/config/snapshot.hpp"
#include "kernel/gateway/doctor.hpp"
#include "kernel/gateway/reply.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;
using policy::RouteAccess;
using policy::RoutePolicy;

constexpr std::uint64_t kConfigBytesMax = 1 << 20;
constexpr std::size_t kManifestDepthMax = 64;

std::int64_t ms(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

std::string_view runtime_of(const plugins::Manifest& manifest) {
  return manifest.runtime == plugins::Runtime::node ? "node" : "native";
}

const remote::HostUsage* process_of(const std::vector<remote::HostUsage>& processes, const std::string& id) {
  auto found = std::ranges::find_if(
      processes, [&](const auto& process) { return std::ranges::find(process.plugins, id) != process.plugins.end(); });
  return found == processes.end() ? nullptr : &*found;
}

Json process_json(const remote::HostUsage& process, const std::string& id, std::size_t crashes) {
  Json others = Json::array();
  for (const auto& other : process.plugins) {
    if (other != id) others.push_back(other);
  }
  return {{"pid", process.process_id},       {"memoryBytes", process.memory_bytes},
          {"cpuMs", ms(process.cpu_time)},   {"upMs", ms(process.up_time)},
          {"crashes", crashes},              {"sharedWith", others},
          {"label", process.label}};
}

// Members of the manifest that the kernel itself has no use for.
Json hints_of(const plugins::Manifest& manifest) {
  auto parsed = manifest.text ? parse_json(*manifest.text, kManifestDepthMax) : parse_json("{}", 1);
  if (!parsed || !parsed->is_object()) return {};
  auto hints = parsed->find("uiHints");
  return hints != parsed->end() && hints->is_object() ? *hints : Json();
}

// Marks what is at `path`, whose parts may be "*" for any name or index.
void mark_secret(Json& at, std::span<const std::string_view> path) {
  if (path.empty()) {
    if (!at.is_null() && !at.is_structured()) at = kRedacted;
    return;
  }
  if (!at.is_structured()) return;
  for (const auto& [key, value] : at.items()) {
    if (path[0] == "*" || path[0] == key) mark_secret(value, path.subspan(1));
  }
}

// Secrets by their names, by the schema, and by upstream's `uiHints`.
Json shown_config(const plugins::Manifest& manifest, const Json& hints, const Json& config) {
  auto out = config::redacted(manifest.config_schema ? *manifest.config_schema : Json::object(), config);
  for (const auto& [path, hint] : hints.items()) {
    if (!hint.is_object() || hint.value("sensitive", Json()) != true) continue;
    mark_secret(out, split(path, '.'));
  }
  return out;
}

net::HttpResponse refusal_reply(const ConfigRefusal& refusal) {
  Json errors = Json::array();
  for (const auto& place : refusal.places) errors.push_back({{"path", place.path}, {"reason", place.reason}});
  Json body = {{"error",
                {{"code", name_of(refusal.error.code)}, {"message", refusal.error.message}, {"errors", errors}}}};
  auto response = json_reply(422, body);
  if (refusal.places.empty()) response.status = net::status_of(refusal.error.code);
  return response;
}

class PluginsApi {
 public:
  PluginsApi(Context& context, PluginsSources sources) : context_(context), sources_(std::move(sources)) {}

  Task<Result<void>> list(Request request) {
    Json body = {{"lane", plugins::name_of(context_.plugins.lane())}, {"plugins", Json::array()}};
    for (const auto* record : context_.plugins.list()) body["plugins"].push_back(plugin_details(*record, sources_));
    body["diagnostics"] = Json::array();
    for (const auto& diagnostic : context_.plugins.diagnostics())
      body["diagnostics"].push_back(diagnostic_json(diagnostic));
    co_return request.respond(json_reply(200, body));
  }

  Task<Result<void>> read(Request request) {
    CHELA_CO_TRY(std::string id, known_id(request));
    co_return answer_with(request, id);
  }

  Task<Result<void>> reload(Request request) {
    CHELA_CO_TRY(std::string id, known_id(request));
    auto reloading = context_.plugins.reload(id);
    CHELA_CO_CHECK(co_await std::move(reloading));
    co_return answer_with(request, id);
  }

  Task<Result<void>> restart(Request request) {
    CHELA_CO_TRY(std::string id, known_id(request));
    auto restarting = context_.plugins.restart(id);
    CHELA_CO_CHECK(co_await std::move(restarting));
    co_return answer_with(request, id);
  }

  Task<Result<void>> enable(Request request) { co_return co_await set_enabled(std::move(request), true); }
  Task<Result<void>> disable(Request request) { co_return co_await set_enabled(std::move(request), false); }

  Task<Result<void>> configure(Request request) {
    CHELA_CO_TRY(std::string id, known_id(request));
    CHELA_CO_TRY(auto config, read_json_object(request.http()));
    auto setting = sources_.set_config(id, std::move(config));
    auto set = co_await std::move(setting);
    if (!set) co_return request.respond(refusal_reply(set.error()));
    co_return answer_with(request, id);
  }

  Task<Result<void>> logs(Request request) {
    CHELA_CO_TRY(std::string id, known_id(request));
    auto text = request.http().query_value("lines").value_or("");
    std::size_t count = 100;
    std::from_chars(text.data(), text.data() + text.size(), count);
    std::vector<std::string> categories = {"plugin." + id};
    auto processes = sources_.hosts.usage();
    if (const auto* process = process_of(processes, id)) categories.push_back("plugin-host." + process->group);
    Json lines = Json::array();
    for (const auto& line : sources_.logs.last(categories, std::min(count, plugins::LogRing::kLinesMax))) {
      lines.push_back({{"time", line.unix_ms}, {"level", log::name_of(line.level)}, {"message", line.text}});
    }
    co_return request.respond(json_reply(200, {{"lines", lines}}));
  }

  Task<Result<void>> rescan(Request request) {
    auto scanning = sources_.rescan();
    auto done = co_await std::move(scanning);
    co_return request.respond(json_reply(200, {{"added", done.added},
                                               {"removed", done.removed},
                                               {"reloaded", done.reloaded},
                                               {"problems", done.problems}}));
  }

 private:
  Result<std::string> known_id(const Request& request) const {
    std::string id(request.parameter("id"));
    if (context_.plugins.find(id)) return id;
    return fail(ErrorCode::not_found, "no plugin {}; POST /api/plugins/rescan looks for new ones", id);
  }

  Result<void> answer_with(Request& request, const std::string& id) {
    const auto* record = context_.plugins.find(id);
    if (!record) return fail(ErrorCode::not_found, "the plugin {} has gone meanwhile", id);
    return request.respond(json_reply(200, plugin_details(*record, sources_)));
  }

  Task<Result<void>> set_enabled(Request request, bool enabled) {
    CHELA_CO_TRY(std::string id, known_id(request));
    auto setting = sources_.set_enabled(id, enabled);
    CHELA_CO_CHECK(co_await std::move(setting));
    co_return answer_with(request, id);
  }

  Context& context_;
  PluginsSources sources_;
};

}  // namespace

Json plugin_details(const plugins::Record& record, const PluginsSources& sources) {
  const auto& manifest = *record.manifest;
  Json capabilities = Json::array();
  for (const auto& provision : record.provides) {
    capabilities.push_back({{"kind", provision.kind}, {"id", provision.id}});
  }
  Json diagnostics = Json::array();
  for (const auto& diagnostic : record.diagnostics) diagnostics.push_back(diagnostic_json(diagnostic));
  Json out = {{"id", manifest.id},
              {"name", manifest.name},
              {"version", manifest.version},
              {"description", manifest.description},
              {"origin", plugins::name_of(record.origin)},
              {"directory", manifest.directory.string()},
              {"runtime", runtime_of(manifest)},
              {"state", plugins::name_of(record.state)},
              {"trust", plugins::name_of(record.trust)},
              {"isolation", plugins::name_of(record.isolation)},
              {"enabled", record.disabled_because.empty()},
              {"diagnostics", diagnostics},
              {"capabilities", capabilities},
              {"unansweredCalls", record.leftover_calls ? record.leftover_calls->count() : 0},
              {"permissions",
               {{"network", manifest.permissions.network},
                {"files", manifest.permissions.paths},
                {"exec", manifest.permissions.exec},
                {"secrets", manifest.permissions.secrets}}}};
  if (!record.disabled_because.empty()) out["disabledBecause"] = record.disabled_because;
  auto processes = sources.hosts.usage();
  if (const auto* process = process_of(processes, manifest.id)) {
    out["process"] = process_json(*process, manifest.id, sources.hosts.crashes_of(manifest.id));
  }
  if (manifest.config_schema) out["configSchema"] = *manifest.config_schema;
  const auto hints = hints_of(manifest);
  if (!hints.is_null()) out["uiHints"] = hints;
  out["config"] = shown_config(manifest, hints, sources.config_of(manifest.id));
  return out;
}

void add_plugins_api(Service& service, Context& context, PluginsSources sources) {
  auto api = std::make_shared<PluginsApi>(context, std::move(sources));
  auto route = [&](const char* method, const char* path, RoutePolicy policy, const char* summary,
                   Task<Result<void>> (PluginsApi::*action)(Request)) {
    service.add({method, path, policy, summary,
                 [api, action](Request request) { return ((*api).*action)(std::move(request)); }});
  };
  const RoutePolicy read(RouteAccess::operator_read, 0);
  const RoutePolicy write(RouteAccess::operator_write, 4096);
  route("GET", "/api/plugins", read, "every plugin: what it is, does and costs", &PluginsApi::list);
  route("POST", "/api/plugins/rescan", write, "takes in what was installed, removed or changed", &PluginsApi::rescan);
  route("GET", "/api/plugins/{id}", read, "one plugin", &PluginsApi::read);
  route("GET", "/api/plugins/{id}/logs", read, "the last lines that a plugin wrote", &PluginsApi::logs);
  route("POST", "/api/plugins/{id}/reload", write, "puts what is in its folder in the place of what runs",
        &PluginsApi::reload);
  route("POST", "/api/plugins/{id}/restart", write, "starts it anew, also out of quarantine", &PluginsApi::restart);
  route("POST", "/api/plugins/{id}/enable", write, "lets it be loaded", &PluginsApi::enable);
  route("POST", "/api/plugins/{id}/disable", write, "ends it and keeps it from being loaded", &PluginsApi::disable);
  route("PUT", "/api/plugins/{id}/config", {RouteAccess::operator_write, kConfigBytesMax},
        "its configuration, checked by its schema, written and in effect", &PluginsApi::configure);
}

}  // namespace chela::gateway
