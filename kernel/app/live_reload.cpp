#include "kernel/app/live_reload.hpp"

#include <algorithm>

#include "kernel/app/gateway_hooks.hpp"
#include "kernel/app/local_services.hpp"
#include "kernel/app/settings.hpp"

namespace chela::app {
namespace {

constexpr auto kQuiet = std::chrono::milliseconds(200);  // editors write a file in several steps

bool concern(const std::vector<config::Change>& changes, std::initializer_list<const char*> slices) {
  return std::ranges::any_of(changes, [&](const config::Change& change) {
    return std::ranges::any_of(slices, [&](const char* slice) { return change.path.starts_with({slice}); });
  });
}

}  // namespace

void set_rules_and_limits(const EffectiveConfig& config, LiveParts& parts) {
  const auto& current = config.current();
  auto& context = parts.context;
  bool other_credential = context.access.rules().token != config.credential();
  context.access.set_rules(access_rules(current, config.credential(), config.address()));
  if (other_credential) parts.sockets.close_all("the gateway's token has changed; connect again");
  context.socket_limits = socket_limits(current);
  context.messages_per_client.set_per_minute_max(
      static_cast<int>(current.get_integer("gateway.sessionRateLimitPerMinute")));
  context.sessions.set_turn_limits(turn_limits(current));
  const auto& turn = context.sessions.environment().turn;
  turn.hooks->set_rules(hook_rules(current));
  turn.context_plugins->set_rules(slot_rules(current));
  parts.service.set_body_bytes_max(static_cast<std::uint64_t>(current.get_integer("gateway.http.bodyBytesMax")));
}

LiveReload::LiveReload(EffectiveConfig& config, log::Logger logger, LiveParts parts)
    : config_(config), logger_(std::move(logger)), parts_(parts) {
  auto watch = platform::FileWatch::start(parts_.context.loop, config_.watched_file(), kQuiet, [this] { on_change(); });
  if (watch) {
    watch_ = std::move(*watch);
  } else {
    notice("changes of the configuration take effect after a restart: " + watch.error().message);
  }
}

void LiveReload::notice(std::string text) {
  logger_.warning("{}", text);
  notices_.push_back(std::move(text));
}

void LiveReload::on_change() {
  if (reload() && parts_.plugins_changed) parts_.plugins_changed();
}

Result<void> LiveReload::reload() {
  auto reloaded = config_.reload();
  notices_.clear();
  for (const auto& refusal : reloaded.refusals) notice("the changed configuration is not taken in: " + refusal);
  if (!reloaded.refusals.empty()) return fail(ErrorCode::invalid_argument, "{}", reloaded.refusals.front());
  for (const auto& warning : reloaded.warnings) logger_.warning("{}", warning);
  for (const auto& change : reloaded.live) logger_.info("{} has changed and is in effect", change.path.text());
  for (const auto& change : reloaded.restart) notice(change.path.text() + " has changed and needs a restart");
  if (reloaded.changed) apply(reloaded.live);
  return {};
}

void LiveReload::apply(const std::vector<config::Change>& changes) {
  set_rules_and_limits(config_, parts_);
  if (parts_.channels) parts_.channels->on_configuration(changes);
  if (parts_.skills) parts_.skills->on_configuration();
  auto& context = parts_.context;
  if (concern(changes, {"tools"})) {
    context.tools = runtime::ToolCatalog(context.plugins, tool_selection(config_.current()));
  }
  if (concern(changes, {"models", "agents"})) {
    context.models = model_catalog(context.plugins, config_);
    context.loop.spawn("looking for local model services",
                       find_local_services(context.loop, context.plugins, context.models, logger_));
  }
}

}  // namespace chela::app
