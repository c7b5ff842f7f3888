#include "kernel/app/gateway.hpp"

#include <csignal>
#include <uv.h>

#include <nlohmann/json.hpp>

#include "kernel/app/channel_parts.hpp"
#include "kernel/app/command_parts.hpp"
#include "kernel/app/effective_config.hpp"
#include "kernel/app/gateway_hooks.hpp"
#include "kernel/app/live_reload.hpp"
#include "kernel/app/plugin_life.hpp"
#include "kernel/app/local_services.hpp"
#include "kernel/app/plugin_parts.hpp"
#include "kernel/app/secrets.hpp"
#include "kernel/app/settings.hpp"
#include "kernel/app/skill_life.hpp"
#include "kernel/app/skill_parts.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/net/http_server.hpp"
#include "kernel/core/platform/descriptors.hpp"
#include "kernel/core/store/database.hpp"
#include "kernel/core/store/state_lock.hpp"
#include "kernel/gateway/channels_api.hpp"
#include "kernel/gateway/openai_api.hpp"
#include "kernel/gateway/operations.hpp"
#include "kernel/gateway/page.hpp"
#include "kernel/gateway/plugin_routes.hpp"
#include "kernel/gateway/service.hpp"
#include "kernel/gateway/sessions_api.hpp"
#include "kernel/gateway/socket.hpp"
#include "kernel/runtime/capabilities/services.hpp"
#include "kernel/runtime/context/context_plugins.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

std::unexpected<StartFailure> refuse(std::string reason) { return std::unexpected(StartFailure{{std::move(reason)}}); }

std::unexpected<StartFailure> refuse(std::string_view what, const Error& error) {
  return refuse(fmt::format("{}: {}", what, error.message));
}

}  // namespace

// Everything, in the order in which it is made; it goes in the reverse order.
class Gateway::Parts {
 public:
  explicit Parts(GatewayOptions given) : options(std::move(given)), configuration(options.load, redactor) {}

  std::expected<void, StartFailure> bootstrap();
  std::expected<void, StartFailure> compose();
  std::expected<std::string, StartFailure> start();
  void serve();
  void drain();

  const std::vector<std::string>& warnings() const { return configuration.warnings(); }
  const gateway::RouteTable& routes() const { return service->routes(); }
  std::vector<gateway::Metric> metrics() const;

 private:
  std::expected<void, StartFailure> take_home();
  std::expected<void, StartFailure> make_plugins();
  void make_runtime();
  void make_gateway();
  void watch_signals();
  Json describe_configuration() const;
  std::vector<gateway::Metric> server_metrics() const;
  const config::Snapshot& config() const { return configuration.current(); }

  GatewayOptions options;
  bool ready = false;
  log::Redactor redactor;
  EffectiveConfig configuration;
  std::shared_ptr<plugins::LogRing> plugin_logs;
  std::optional<log::Logger> logger;
  std::optional<store::StateLock> lock;
  uv_signal_t signals[2];  // before the loop, which finishes closing them
  std::optional<Loop> loop;
  std::unique_ptr<store::Database> database;
  std::optional<ServiceSecrets> service_secrets;
  std::optional<net::EgressClient> egress;
  std::unique_ptr<PluginParts> plugin_parts;
  std::optional<runtime::Hooks> hooks;
  std::optional<runtime::ContextPlugins> context_plugins;
  std::optional<runtime::Services> services;
  std::optional<runtime::ModelCatalog> models;
  std::optional<runtime::ToolCatalog> tools;
  std::optional<CommandParts> commands;
  std::optional<SkillParts> skills;
  std::optional<runtime::WorkspaceContext> context_files;
  runtime::TurnTotals totals;
  std::optional<runtime::SessionStore> session_store;
  std::optional<runtime::Sessions> sessions;
  std::optional<ChannelParts> channels;
  std::optional<policy::AccessControl> access;
  std::optional<gateway::Context> context;
  std::optional<gateway::Service> service;
  std::shared_ptr<gateway::SocketClients> sockets;
  std::optional<PluginLife> plugin_life;
  std::optional<SkillLife> skill_life;
  std::optional<net::HttpServer> server;
  std::optional<LiveReload> live_reload;
};

std::expected<void, StartFailure> Gateway::Parts::bootstrap() {
  if (auto loaded = configuration.load(); !loaded) return std::unexpected(StartFailure{std::move(loaded.error())});
  auto sink = log::open_sink(log_options(config()));
  if (!sink) return refuse("logging", sink.error());
  plugin_logs = std::make_shared<plugins::LogRing>(std::move(*sink));
  logger.emplace(plugin_logs, redactor);
  return {};
}

std::expected<void, StartFailure> Gateway::Parts::compose() {
  if (auto taken = take_home(); !taken) return taken;
  service_secrets.emplace(configuration.secrets(), [this]() -> const config::Snapshot& { return config(); },
                          [this]() -> const runtime::ModelCatalog* { return models ? &*models : nullptr; });
  egress.emplace(
      *loop,
      net::EgressOptions{.resolve_secret = [this](const net::SecretUse& use) { return service_secrets->resolve(use); },
                         .address_policy =
                             [this](const net::EgressAddress& to) {
                               return plugin_parts ? plugin_parts->check_address(to) : Result<void>();
                             },
                         .user_agent = "chela/" + options.version});
  if (auto made = make_plugins(); !made) return made;
  make_runtime();
  make_gateway();
  return {};
}

std::expected<void, StartFailure> Gateway::Parts::take_home() {
  const auto& home = configuration.home();
  auto workspace_path = workspace(config(), home.workspace());
  if (auto made = prepare(home, workspace_path); !made)
    return refuse("preparing the home of the gateway", made.error());
  auto locked = store::StateLock::acquire(home.lock());
  if (!locked) return refuse("taking the state directory", locked.error());
  lock.emplace(std::move(*locked));
  platform::raise_descriptor_limit();
  loop.emplace();
  loop->on_task_error(
      [this](const std::string& name, const Error& error) { logger->error("{}: {}", name, error.message); });
  auto opened = store::Database::open(*loop, {.path = home.database()}, runtime::SessionStore::migrations());
  if (!opened) return refuse("opening the store", opened.error());
  database = std::move(*opened);
  context_files.emplace(*loop, std::move(workspace_path));
  return {};
}

std::expected<void, StartFailure> Gateway::Parts::make_plugins() {
  const auto& environment = options.load.environment;
  auto path = environment.find("PATH");
  auto made = PluginParts::create(
      {.loop = *loop,
       .logger = *logger,
       .egress = *egress,
       .configuration = configuration,
       .workspace = context_files->workspace(),
       .path = path == environment.end() ? "" : path->second,
       .linked_in = options.linked_in,
       .probe = options.plugin_probe,
       .is_service_authority = [this](std::string_view authority) {
         return models && models->is_service_authority(authority);
       },
       .inbound = ChannelParts::door([this] { return channels ? &*channels : nullptr; })});
  if (!made) return refuse(made.error().message);
  plugin_parts = std::move(*made);
  plugin_parts->set().on_change([this] {
    if (tools) *tools = runtime::ToolCatalog(plugin_parts->set(), tool_selection(config()));
  });
  hooks.emplace(*loop, logger->with_category("hooks"), plugin_parts->set());
  context_plugins.emplace(*loop, logger->with_category("context"), plugin_parts->set());
  plugin_parts->set().on_change([this] {
    hooks->relist();
    context_plugins->relist();
  });
  return {};
}

void Gateway::Parts::make_runtime() {
  models.emplace(model_catalog(plugin_parts->set(), configuration));
  tools.emplace(plugin_parts->set(), tool_selection(config()));
  commands.emplace(*loop, *plugin_parts, configuration);
  skills.emplace(SkillSurroundings{*loop, logger->with_category("skills"), configuration, *plugin_parts,
                                   context_files->workspace()});
  session_store.emplace(*database);
  runtime::TurnEnvironment turn{*loop,  logger->with_category("turn"), plugin_parts->set(), *models, *tools, *context_files,
                                totals, turn_limits(config()),
                                config().find_string("agents.defaults.userTimezone").value_or(""), &*hooks,
                                &*context_plugins, &skills->context()};
  sessions.emplace(runtime::SessionEnvironment{std::move(turn), *session_store, {}, &commands->commands()},
                   runtime::Sessions::Limits{});
  skills->add_commands(commands->commands(), [this]() -> const runtime::TurnEnvironment& {
    return sessions->environment().turn;
  });
  channels.emplace(*loop, *logger, configuration, *plugin_parts, *sessions, *models);
}

void Gateway::Parts::make_gateway() {
  access.emplace(access_rules(config(), configuration.credential(), configuration.address()), loop->clock());
  context.emplace(gateway::Context{*loop, logger->with_category("gateway"), options.version, options.started_at,
                                   plugin_parts->set(), *models, *tools, *sessions, *access, socket_limits(config()),
                                   gateway::RateLimit(0, loop->clock()), &channels->channels()});
  service.emplace(logger->with_category("http"), *access);
  gateway::add_operations(*service, *context,
                          {.is_ready = [this] { return ready; },
                           .configuration = [this] { return describe_configuration(); },
                           .metrics = [this] { return server_metrics(); }});
  gateway::add_page(*service);
  gateway::add_sessions_api(*service, *context);
  plugin_life.emplace(configuration, *plugin_parts, *context, *logger);
  gateway::add_plugins_api(*service, *context, plugin_life->sources(*plugin_logs));
  gateway::add_channels_api(*service, *context);
  sockets = gateway::add_socket(*service, *context);
  gateway::add_openai_models(*service, *context);
  gateway::add_openai_chat(*service, *context);
  gateway::add_openai_responses(*service, *context);
  commands->serve(*service, *context);
  skill_life.emplace(*loop, *egress, configuration, *skills, context_files->workspace());
  skill_life->serve(*service, commands->methods(), sockets);
  gateway::add_plugin_routes(*service, *context);
  LiveParts live{*context, *service, *sockets, &*channels, &*skills};
  set_rules_and_limits(configuration, live);
  server.emplace(*loop, *service, server_limits(config()));
}

std::expected<std::string, StartFailure> Gateway::Parts::start() {
  auto port = options.port.value_or(static_cast<std::uint16_t>(config().get_integer("gateway.port")));
  const auto& address = configuration.address();
  auto listening = server->listen({address, port});
  if (!listening) return refuse(listening.error().message);
  watch_signals();
  ready = true;
  for (const auto& warning : warnings()) logger->warning("{}", warning);
  loop->spawn("looking for local model services", find_local_services(*loop, plugin_parts->set(), *models, *logger));
  loop->spawn("learning what plugins for Node provide",
              begin_hooks(plugin_parts->set(), *hooks, *context_plugins, server->port()));
  channels->start();
  skills->start();
  services.emplace(*loop, logger->with_category("service"), plugin_parts->set());
  services->start();
  context->services = &*services;
  live_reload.emplace(configuration, *logger, LiveParts{*context, *service, *sockets, &*channels, &*skills, [this] {
                                                          plugin_life->take_in_plugins_soon();
                                                        }});
  plugin_life->set_live_reload(&*live_reload);
  skill_life->set_live_reload(&*live_reload);
  auto shown = address.find(':') == std::string::npos ? address : "[" + address + "]";
  return fmt::format("http://{}:{}", shown, server->port());
}

Json Gateway::Parts::describe_configuration() const {
  Json out = {{"file", config().file().empty() ? "none (defaults)" : config().file()},
              {"home", configuration.home().root.string()},
              {"workspace", context_files->workspace().string()},
              {"bind", configuration.address()},
              {"port", server->port()},
              {"tokenConfigured", access->needs_token()},
              {"warnings", warnings()}};
  if (live_reload) {
    for (const auto& notice : live_reload->notices()) out["warnings"].push_back(notice);
  }
  return out;
}

std::vector<gateway::Metric> Gateway::Parts::server_metrics() const {
  auto counters = server->counters();
  const auto& out = egress->stats();
  auto count = [](std::uint64_t value) { return static_cast<double>(value); };
  return {
      {"totalRequests", "chela_http_requests_total", "Requests that reached a route or its refusal", true,
       count(counters.requests)},
      {"malformedRequests", "chela_http_malformed_total", "Requests that were not HTTP", true,
       count(counters.malformed)},
      {"refusedConnections", "chela_http_refused_total", "Connections above a limit", true, count(counters.refused)},
      {"openConnections", "chela_http_connections", "Connections now", false, count(counters.connections)},
      {"egressRequests", "chela_egress_requests_total", "Requests sent out", true, count(out.started)},
      {"egressFailures", "chela_egress_failures_total", "Requests sent out that failed", true, count(out.failed)},
      {"hookCalls", "chela_hook_calls_total", "Calls of plugins at points where they listen", true,
       count(hooks->totals().calls)},
      {"hookFailures", "chela_hook_failures_total", "Calls of plugins at such points that failed or were late", true,
       count(hooks->totals().failures)}};
}

std::vector<gateway::Metric> Gateway::Parts::metrics() const {
  auto all = gateway::runtime_metrics(*context);
  std::ranges::move(server_metrics(), std::back_inserter(all));
  return all;
}

void Gateway::Parts::watch_signals() {
  constexpr int kNumbers[] = {SIGTERM, SIGINT};
  for (int i = 0; i < 2; ++i) {
    uv_signal_init(loop->uv(), &signals[i]);
    signals[i].data = &*loop;
    uv_signal_start(
        &signals[i], [](uv_signal_t* signal, int) { static_cast<Loop*>(signal->data)->stop(); }, kNumbers[i]);
  }
  std::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error of write(), not of the process
}

void Gateway::Parts::serve() {
  loop->run();
  logger->info("stopping");
  for (auto& signal : signals) uv_close(reinterpret_cast<uv_handle_t*>(&signal), nullptr);
  drain();
}

void Gateway::Parts::drain() {
  ready = false;
  plugin_life->set_live_reload(nullptr);
  skill_life->set_live_reload(nullptr);
  live_reload.reset();
  channels->channels().refuse_new();
  auto grace = std::chrono::seconds(config().get_integer("gateway.gracefulShutdownSeconds"));
  auto deadline = loop->now() + grace;
  // Turns that run may end; nothing new comes in meanwhile.
  Completion<bool> done;
  constexpr auto wait_for_turns = [](Parts& parts, TimePoint until, Completion<bool>& finished) -> Task<Result<void>> {
    auto drained = co_await parts.server->drain(until);
    while (parts.sessions->running_count() > 0 && parts.loop->now() < until) {
      auto slept = co_await sleep_until(*parts.loop, parts.loop->now() + std::chrono::milliseconds(20), {});
      if (!slept) break;
    }
    co_await end_hooks(*parts.loop, *parts.hooks, *parts.sessions);
    co_await parts.channels->channels().accounts().stop(until);
    auto ending = parts.services->stop();
    auto ended = co_await std::move(ending);
    finished.set(true);
    parts.loop->stop();
    co_return drained ? ended : drained;
  };
  loop->spawn("drain", wait_for_turns(*this, deadline, done));
  if (!done.is_set()) loop->run();
  auto stuck = loop->drain(std::chrono::seconds(2));
  for (const auto& name : stuck) logger->warning("did not end in time: {}", name);
  server.reset();
  skills.reset();
  plugin_parts->end();
  egress.reset();
  database.reset();
  loop->drain(std::chrono::seconds(1));
  logger->info("stopped");
}

Gateway::Gateway(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Gateway::~Gateway() = default;

std::expected<std::unique_ptr<Gateway>, StartFailure> Gateway::create(GatewayOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  if (auto done = parts->bootstrap(); !done) return std::unexpected(std::move(done.error()));
  if (auto done = parts->compose(); !done) return std::unexpected(std::move(done.error()));
  return std::unique_ptr<Gateway>(new Gateway(std::move(parts)));
}

std::expected<std::string, StartFailure> Gateway::start() { return parts_->start(); }
void Gateway::run() { parts_->serve(); }
const std::vector<std::string>& Gateway::warnings() const { return parts_->warnings(); }
const gateway::RouteTable& Gateway::routes() const { return parts_->routes(); }
std::vector<gateway::Metric> Gateway::metrics() const { return parts_->metrics(); }

}  // namespace chela::app
