// What host processes tell of channels: how accounts are, and messages of native ones.

#include <nlohmann/json.hpp>

#include "kernel/app/gateway_config.hpp"
#include "kernel/app/host_answers.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/protocol/channel.hpp"
#include "kernel/runtime/channels/native_message.hpp"

namespace chela::app {
namespace {

// The registry knows channels by their ids, a host process for Node by "channel:ID".
std::string_view channel_in(std::string_view key) {
  constexpr std::string_view kPrefix = "channel:";
  return key.starts_with(kPrefix) ? key.substr(kPrefix.size()) : key;
}

}  // namespace

void note_channel_status(const AnswerSources& sources, const plugins::Manifest& plugin, std::string_view params) {
  auto told = protocol::read_channel_status_params(params);
  if (!told) return sources.logger.warning("plugin {}: {}", plugin.id, told.error().message);
  sources.channels.accounts().note_status(plugin.id, channel_in(told->key), told->account, told->status);
}

void answer_channel_receive(const AnswerSources& sources, const plugins::Manifest& plugin, rpc::Request request) {
  auto params = protocol::read_channel_receive_params(request.params());
  if (!params) return request.fail(params.error());
  auto message = runtime::message_of_native(sources.plugins.registry(), plugin.id,
                                            {.channel = std::move(params->channel),
                                             .account = std::move(params->account),
                                             .message_id = std::move(params->message_id),
                                             .peer = std::move(params->peer),
                                             .thread = params->thread.value_or(""),
                                             .sender = params->sender.value_or(""),
                                             .text = std::move(params->text),
                                             .details = std::move(params->details)});
  if (!message) return request.fail(message.error());
  sources.channels.receive(std::move(*message), [request = std::move(request)](Result<void> stored) mutable {
    if (!stored) return request.fail(stored.error());
    request.answer("{}");
  });
}

}  // namespace chela::app
