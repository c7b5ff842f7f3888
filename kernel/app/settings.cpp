#include "kernel/app/settings.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/platform/paths.hpp"

namespace chela::app {
namespace {

using std::chrono::seconds;

std::size_t size_of(const config::Snapshot& config, const char* path) {
  return static_cast<std::size_t>(config.get_integer(path));
}

}  // namespace

std::filesystem::path expanded_path(const std::string& text) {
  std::filesystem::path path(text);
  auto home = platform::home_directory();
  if (!home) return path;
  if (text == "~") return *home;
  if (text.starts_with("~/")) return *home / text.substr(2);
  return path.is_relative() ? *home / path : path;
}

Result<std::string> bind_address(const config::Snapshot& config) {
  auto bind = config.get_string("gateway.bind");
  if (bind == "loopback" || bind == "auto" || bind == "localhost") return std::string("127.0.0.1");
  if (bind == "lan") return std::string("0.0.0.0");
  if (bind == "tailnet") {
    return fail(ErrorCode::unsupported,
                "gateway.bind: \"tailnet\" is not supported; give the address itself, or \"lan\"");
  }
  if (bind != "custom") return bind;
  auto address = config.find_string("gateway.customBindHost");
  if (address) return *address;
  return fail(ErrorCode::invalid_argument, "gateway.bind is \"custom\": set gateway.customBindHost to the address");
}

log::LogOptions log_options(const config::Snapshot& config) {
  log::LogOptions options;
  auto level = log::find_level(config.get_string("logging.level")).value_or(log::Level::info);
  auto console = config.find_string("logging.consoleLevel");
  options.file_level = level;
  options.console_level = console ? log::find_level(*console).value_or(level) : level;
  options.console_format = config.get_string("logging.consoleStyle") == "json" ? log::Format::json : log::Format::text;
  options.file = config.find_string("logging.file").value_or("");
  options.file_bytes_max = size_of(config, "logging.maxFileBytes");
  return options;
}

net::ServerLimits server_limits(const config::Snapshot& config) {
  net::ServerLimits limits;
  limits.http.head_size_max = size_of(config, "gateway.http.headerBytesMax");
  limits.deadlines.head = seconds(config.get_integer("gateway.http.headerTimeoutSeconds"));
  limits.deadlines.body_total = seconds(config.get_integer("gateway.http.bodyTimeoutSeconds"));
  limits.connections_max = size_of(config, "gateway.http.connectionsMax");
  limits.connections_per_ip_max = size_of(config, "gateway.http.connectionsPerIpMax");
  return limits;
}

gateway::SocketLimits socket_limits(const config::Snapshot& config) {
  return {.message_bytes_max = size_of(config, "gateway.webSocket.maxMessageBytes"),
          .connections_max = size_of(config, "gateway.webSocket.maxConnections"),
          .connections_per_ip_max = size_of(config, "gateway.webSocket.maxConnectionsPerIp"),
          .messages_per_minute_max =
              static_cast<int>(config.get_integer("gateway.webSocket.messagesPerMinutePerConnection")),
          .receive_timeout = seconds(config.get_integer("gateway.webSocket.receiveTimeoutSeconds"))};
}

runtime::TurnLimits turn_limits(const config::Snapshot& config) {
  runtime::TurnLimits limits;
  limits.iterations_max = static_cast<int>(config.get_integer("agents.defaults.maxToolRounds"));
  limits.time_max = seconds(config.get_integer("agents.defaults.timeoutSeconds"));
  limits.tokens_max = static_cast<std::uint64_t>(config.get_integer("agents.defaults.maxTurnTokens"));
  limits.tool_timeout = seconds(config.get_integer("tools.timeoutSeconds"));
  return limits;
}

runtime::ToolSelection tool_selection(const config::Snapshot& config) {
  runtime::ToolSelection selection{config.find_strings("tools.allow"), config.find_strings("tools.deny")};
  auto more = config.find_strings("tools.alsoAllow");
  if (!selection.allow.empty()) selection.allow.insert(selection.allow.end(), more.begin(), more.end());
  return selection;
}

plugins::Selection plugin_selection(const config::Snapshot& config) {
  plugins::Selection selection{.enabled = config.get_boolean("plugins.enabled"),
                               .allow = config.find_strings("plugins.allow"),
                               .deny = config.find_strings("plugins.deny")};
  const auto* entries = config.find("plugins.entries");
  if (!entries || !entries->is_object()) return selection;
  for (const auto& [id, entry] : entries->items()) {
    auto enabled = entry.is_object() ? entry.find("enabled") : entry.end();
    if (enabled != entry.end() && enabled->is_boolean()) selection.entries[id] = enabled->get<bool>();
  }
  return selection;
}

std::map<std::string, plugins::Isolation> plugin_isolation(const config::Snapshot& config) {
  std::map<std::string, plugins::Isolation> out;
  const auto* entries = config.find("plugins.entries");
  if (!entries || !entries->is_object()) return out;
  for (const auto& [id, entry] : entries->items()) {
    if (auto isolation = plugins::parse_isolation(text_of(entry, "isolation"))) out[id] = *isolation;
  }
  return out;
}

std::set<std::string> plugins_with_sockets(const config::Snapshot& config) {
  std::set<std::string> out;
  const auto* entries = config.find("plugins.entries");
  if (!entries || !entries->is_object()) return out;
  for (const auto& [id, entry] : entries->items()) {
    if (text_of(entry, "network") == "host") out.insert(id);
  }
  return out;
}

std::filesystem::path workspace(const config::Snapshot& config, const std::filesystem::path& fallback) {
  auto set = config.find_string("agents.defaults.workspace");
  return set && !set->empty() ? expanded_path(*set) : fallback;
}

std::vector<std::filesystem::path> plugin_load_paths(const config::Snapshot& config) {
  std::vector<std::filesystem::path> out;
  for (const auto& path : config.find_strings("plugins.load.paths")) out.push_back(expanded_path(path));
  return out;
}

runtime::ModelCatalog model_catalog(const plugins::PluginSet& plugins, const EffectiveConfig& config) {
  const auto& environment = config.request().environment;
  return {plugins, config.current().root(), [&environment](const std::string& name) -> std::optional<std::string> {
            const auto* value = config::find_variable(environment, name);
            return value ? std::optional(*value) : std::nullopt;
          }};
}

policy::AccessRules access_rules(const config::Snapshot& config, std::string token, std::string address) {
  return {.token = std::move(token),
          .allow_query_token = config.get_boolean("gateway.security.allowQueryStringToken"),
          .allowed_origins = config.find_strings("gateway.security.allowedOrigins"),
          .allowed_hosts = config.find_strings("gateway.security.allowedHosts"),
          .bind_address = std::move(address),
          .trust_forwarded_headers = config.get_boolean("gateway.security.trustForwardedHeaders"),
          .known_proxies = config.find_strings("gateway.security.knownProxies")};
}

}  // namespace chela::app
