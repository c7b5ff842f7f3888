#pragma once

// Channels and what plugins ask of the agent, put together with the configuration. Loop thread only.

#include <optional>
#include <vector>

#include "kernel/app/host_answers.hpp"
#include "kernel/app/plugin_parts.hpp"

namespace chela::app {

class ChannelParts {
 public:
  // Everything named outlives this, which outlives the last host process.
  ChannelParts(Loop& loop, const log::Logger& logger, const EffectiveConfig& configuration, PluginParts& plugins,
               runtime::Sessions& sessions, const runtime::ModelCatalog& models);
  ChannelParts(const ChannelParts&) = delete;
  ChannelParts& operator=(const ChannelParts&) = delete;

  // Where native channels in this process hand over messages; `find` may answer null while there are no channels yet.
  static plugins::InboundDoor door(std::function<ChannelParts*()> find);

  runtime::Channels& channels() { return *channels_; }
  // The gateway serves: accounts may connect.
  void start() { channels_->accounts().start(); }
  // Changes that are in effect.
  void on_configuration(const std::vector<config::Change>& changes);

 private:
  runtime::ReplyStyle default_style() const;
  void look_again_later();

  Loop& loop_;
  const EffectiveConfig& configuration_;
  PluginParts& plugins_;
  std::optional<runtime::Channels> channels_;
  std::optional<HostAnswers> answers_;
  std::shared_ptr<ChannelParts*> self_;  // lets a posted job find out that this is gone
};

}  // namespace chela::app
