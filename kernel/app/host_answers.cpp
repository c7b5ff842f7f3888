#include "kernel/app/host_answers.hpp"

#include "kernel/core/protocol/channel.hpp"
#include "kernel/core/protocol/turn.hpp"

namespace chela::app {

HostAnswers::HostAnswers(AnswerSources sources, remote::HostRequests& requests) : sources_(std::move(sources)) {
  using plugins::Manifest;
  auto answer = [&](std::string_view method, remote::HostRequests::Answer handler) {
    requests.answer(std::string(method), std::move(handler));
  };
  answer(protocol::kTurnRun, [this](const Manifest& plugin, rpc::Request r) { turns_.run(plugin, std::move(r)); });
  answer(protocol::kLlmComplete,
         [this](const Manifest& plugin, rpc::Request r) { completions_.complete(plugin, std::move(r)); });
  answer(protocol::kSessionList,
         [this](const Manifest& plugin, rpc::Request r) { sessions_.list(plugin, std::move(r)); });
  answer(protocol::kSessionMessages,
         [this](const Manifest& plugin, rpc::Request r) { sessions_.messages(plugin, std::move(r)); });
  answer(protocol::kSessionEnqueue,
         [this](const Manifest& plugin, rpc::Request r) { sessions_.enqueue(plugin, std::move(r)); });
  answer(protocol::kConfigChange,
         [this](const Manifest& plugin, rpc::Request r) { answer_config_change(sources_, plugin, std::move(r)); });
  answer(protocol::kChannelReceive,
         [this](const Manifest& plugin, rpc::Request r) { answer_channel_receive(sources_, plugin, std::move(r)); });
  requests.hear(std::string(protocol::kTurnDelivered), [this](const Manifest& plugin, std::string_view params) {
    turns_.note_delivered(plugin, params);
  });
  requests.hear(std::string(protocol::kChannelStatus), [this](const Manifest& plugin, std::string_view params) {
    note_channel_status(sources_, plugin, params);
  });
}

}  // namespace chela::app
