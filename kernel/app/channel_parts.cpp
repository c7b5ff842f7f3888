#include "kernel/app/channel_parts.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "kernel/app/gateway_config.hpp"
#include "kernel/runtime/channels/native_message.hpp"

namespace chela::app {

ChannelParts::ChannelParts(Loop& loop, const log::Logger& logger, const EffectiveConfig& configuration,
                           PluginParts& plugins, runtime::Sessions& sessions, const runtime::ModelCatalog& models)
    : loop_(loop),
      configuration_(configuration),
      plugins_(plugins),
      self_(std::make_shared<ChannelParts*>(this)) {
  channels_.emplace(runtime::Channels::Environment{
      .loop = loop,
      .logger = logger.with_category("channels"),
      .plugins = plugins.set(),
      .sessions = sessions,
      .channels_on = [this] { return channels_on(configuration_.current()); },
      .settings_of = [this](const std::string& id) { return channel_settings(configuration_.current(), id); },
      .account_settings_of = [this](const std::string& id) { return resolved_channel_settings(configuration_, id); },
      .default_style = [this] { return default_style(); }});
  answers_.emplace(AnswerSources{loop, logger.with_category("plugins"), configuration, plugins.set(), models, sessions,
                                 *channels_},
                   plugins.hosts().requests());
  plugins.set().on_change([this] { look_again_later(); });
}

plugins::InboundDoor ChannelParts::door(std::function<ChannelParts*()> find) {
  plugins::InboundDoor door;
  door.receive = [find](const plugins::Manifest& plugin, plugins::ReceivedMessage message,
                        std::move_only_function<void(Result<void>)> stored) {
    auto* self = find();
    if (!self) return stored(fail(ErrorCode::unavailable, "the gateway is starting"));
    auto read = runtime::message_of_native(self->plugins_.set().registry(), plugin.id, std::move(message));
    if (!read) return stored(std::unexpected(std::move(read.error())));
    self->channels_->receive(std::move(*read), std::move(stored));
  };
  door.state = [find](const plugins::Manifest& plugin, const std::string& channel, const std::string& account,
                      const std::string& state) {
    if (auto* self = find()) self->channels_->accounts().note_status(plugin.id, channel, account, state);
  };
  return door;
}

// It comes from inside the bookkeeping of the plugins.
void ChannelParts::look_again_later() {
  loop_.post([weak = std::weak_ptr(self_)] {
    if (auto self = weak.lock()) (*self)->channels_->accounts().look_again();
  });
}

void ChannelParts::on_configuration(const std::vector<config::Change>& changes) {
  if (changes.empty()) return;
  plugins_.tell_configuration();
  std::set<std::string> channels;
  for (const auto& change : changes) {
    if (change.path.starts_with({"channels"}) && change.path.size() > 1) {
      channels.insert(config::as_key(change.path.segments()[1]));
    }
  }
  for (const auto& channel : channels) channels_->accounts().reconfigure(channel);
  channels_->accounts().look_again();
}

runtime::ReplyStyle ChannelParts::default_style() const {
  const auto& config = configuration_.current();
  return {.blocks = config.find_string("agents.defaults.blockStreamingDefault") == "on",
          .tools = config.find_string("agents.defaults.verboseDefault").value_or("off") != "off"};
}

}  // namespace chela::app
