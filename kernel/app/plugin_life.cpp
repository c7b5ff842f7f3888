#include "kernel/app/plugin_life.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/app/config_edit.hpp"
#include "kernel/app/local_services.hpp"
#include "kernel/app/settings.hpp"

namespace chela::app {
namespace {

using gateway::ConfigRefusal;
using Json = nlohmann::json;

config::Path path_of(const std::string& plugin_id, const char* member) {
  return config::Path{std::string("plugins"), std::string("entries"), plugin_id, std::string(member)};
}

std::unexpected<ConfigRefusal> refuse(Error error) { return std::unexpected(ConfigRefusal{std::move(error), {}}); }

// A mark in the place of a secret means the secret that is there.
void restore_secrets(Json& given, const Json* current) {
  if (given == gateway::kRedacted && current) {
    given = *current;
  } else if (given.is_object()) {
    for (auto& [key, value] : given.items()) {
      auto before = current && current->is_object() ? current->find(key) : Json::const_iterator();
      restore_secrets(value, current && current->is_object() && before != current->end() ? &*before : nullptr);
    }
  } else if (given.is_array()) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      restore_secrets(given[i], current && current->is_array() && i < current->size() ? &(*current)[i] : nullptr);
    }
  }
}

}  // namespace

PluginLife::PluginLife(EffectiveConfig& config, PluginParts& parts, gateway::Context& context,
                       const log::Logger& logger)
    : config_(config), parts_(parts), context_(context), logger_(logger) {}

gateway::PluginsSources PluginLife::sources(const plugins::LogRing& logs) {
  return {.hosts = parts_.hosts(),
          .logs = logs,
          .config_of = [this](const std::string& id) { return written_config(id); },
          .set_config = [this](std::string id, Json config) { return set_config(std::move(id), std::move(config)); },
          .set_enabled = [this](std::string id, bool enabled) { return set_enabled(std::move(id), enabled); },
          .rescan = [this] { return rescan(); }};
}

Json PluginLife::written_config(const std::string& plugin_id) const {
  auto config = written_at(config_, path_of(plugin_id, "config"));
  return config.is_object() ? config : Json::object();
}

std::expected<void, ConfigRefusal> PluginLife::write(const std::string& plugin_id, const char* member,
                                                     const Json& value) {
  const auto path = path_of(plugin_id, member);
  return edit_config(config_, live_reload_, path, value, {{path, value.dump(-1, ' ', false, Json::error_handler_t::replace)}});
}

Task<std::expected<void, ConfigRefusal>> PluginLife::set_config(std::string plugin_id, Json config) {
  auto current = written_config(plugin_id);
  restore_secrets(config, &current);
  auto written = write(plugin_id, "config", config);
  if (!written) co_return written;
  auto taking = take_in_plugins();
  auto taken = co_await std::move(taking);
  auto own = std::ranges::find_if(taken.problems, [&](const std::string& problem) {
    return problem.starts_with("plugin " + plugin_id + ": ");
  });
  if (own != taken.problems.end()) {
    co_return refuse({ErrorCode::unavailable, "written, and the plugin goes on with what it had: " + *own});
  }
  co_return std::expected<void, ConfigRefusal>();
}

Task<Result<void>> PluginLife::set_enabled(std::string plugin_id, bool enabled) {
  auto written = write(plugin_id, "enabled", enabled);
  if (!written) co_return std::unexpected(std::move(written.error().error));
  auto taking = take_in_plugins();
  (void)co_await std::move(taking);
  const auto* record = parts_.set().find(plugin_id);
  if (!record) co_return fail(ErrorCode::not_found, "the plugin {} has gone meanwhile", plugin_id);
  if (!enabled) co_return Result<void>();
  if (!record->disabled_because.empty()) co_return fail(ErrorCode::denied, "still disabled: {}", record->disabled_because);
  // Who enables it wants it to run, also when it had been given up.
  const bool given_up = record->state == plugins::State::failed || record->state == plugins::State::quarantined;
  if (!given_up) co_return Result<void>();
  co_return co_await parts_.set().restart(plugin_id);
}

Task<plugins::Rescanned> PluginLife::rescan() {
  if (live_reload_) {
    if (auto taken = live_reload_->reload(); !taken) logger_.warning("{}", taken.error().message);
  }
  co_return co_await take_in_plugins();
}

Task<plugins::Rescanned> PluginLife::take_in_plugins() {
  auto scanning = parts_.set().rescan(parts_.rules());
  auto done = co_await std::move(scanning);
  for (const auto& problem : done.problems) logger_.warning("{}", problem);
  if (done.added.empty() && done.removed.empty() && done.reloaded.empty()) co_return done;
  context_.models = model_catalog(parts_.set(), config_);
  context_.loop.spawn("looking for local model services",
                      find_local_services(context_.loop, parts_.set(), context_.models, logger_));
  context_.loop.spawn("learning what plugins for Node provide", parts_.set().learn_registrations());
  co_return done;
}

void PluginLife::take_in_plugins_soon() {
  constexpr auto take_in = [](PluginLife& self) -> Task<Result<void>> {
    auto taking = self.take_in_plugins();
    (void)co_await std::move(taking);
    co_return Result<void>();
  };
  context_.loop.spawn("taking in what is said of plugins", take_in(*this));
}

}  // namespace chela::app
