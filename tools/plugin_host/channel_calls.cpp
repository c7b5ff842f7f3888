#include "tools/plugin_host/channel_calls.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/protocol/channel.hpp"
#include "kernel/runtime/channels/channel_call.hpp"
#include "tools/plugin_host/stop_either.hpp"

namespace chela::plugin_host {
namespace {

using runtime::AccountAction;
using runtime::ChannelPort;

constexpr auto kStoreTimeout = std::chrono::seconds(60);

std::string settings_of(const std::string& given) { return given.empty() ? "{}" : given; }

Task<Result<std::string>> start(ChannelPort port, std::string params) {
  CHELA_CO_TRY(auto given, protocol::read_channel_start_params(params));
  auto acting = port.act(AccountAction::connect, {given.key, given.account}, settings_of(given.settings));
  CHELA_CO_TRY(auto status, co_await std::move(acting));
  co_return to_json(protocol::ChannelStartResult{std::move(status)});
}

Task<Result<std::string>> stop(ChannelPort port, std::string params) {
  CHELA_CO_TRY(auto given, protocol::read_channel_stop_params(params));
  auto acting = port.act(AccountAction::disconnect, {given.key, given.account}, "{}");
  CHELA_CO_CHECK(co_await std::move(acting));
  co_return to_json(protocol::ChannelStopResult());
}

// A plugin that leaves its accounts to the configuration: the keys of "accounts" in the channel's section.
Result<std::vector<std::string>> accounts_in(const std::string& answer, const std::string& settings) {
  std::vector<std::string> out;
  auto add = [&](const nlohmann::json& one) {
    out.push_back(json_text(one));
  };
  if (!answer.empty()) {
    auto list = nlohmann::json::parse(answer, nullptr, false);
    if (!list.is_array()) return fail(ErrorCode::protocol, "its accounts are no list");
    for (const auto& one : list) add(one);
    return out;
  }
  auto section = nlohmann::json::parse(settings, nullptr, false);
  auto accounts = section.is_object() ? section.value("accounts", nlohmann::json()) : nlohmann::json();
  if (!accounts.is_object() || accounts.empty()) accounts = {{"default", nlohmann::json::object()}};
  for (const auto& [name, one] : accounts.items()) {
    add({{"accountId", name}, {"enabled", !one.is_object() || one.value("enabled", nlohmann::json(true)) != false}});
  }
  return out;
}

Task<Result<std::string>> accounts(ChannelPort port, std::string params) {
  CHELA_CO_TRY(auto given, protocol::read_channel_accounts_params(params));
  auto settings = settings_of(given.settings);
  auto acting = port.act(AccountAction::list, {given.key, {}}, settings);
  CHELA_CO_TRY(auto answer, co_await std::move(acting));
  CHELA_CO_TRY(auto list, accounts_in(answer, settings));
  co_return to_json(protocol::ChannelAccountsResult{std::move(list)});
}

Task<Result<std::string>> send(ChannelPort port, std::string params, CancelToken cancel) {
  CHELA_CO_TRY(auto given, protocol::read_channel_send_params(params));
  nlohmann::json details = nlohmann::json::object();
  if (given.media_url) details["mediaUrl"] = *given.media_url;
  if (given.reply_to_id) details["replyToId"] = *given.reply_to_id;
  if (!given.payload.empty()) details["payload"] = nlohmann::json::parse(given.payload, nullptr, false);
  runtime::OutboundMessage message{.channel = std::move(given.key),
                                   .account = std::move(given.account),
                                   .to = std::move(given.to),
                                   .thread = given.thread_id.value_or(""),
                                   .text = given.text.value_or(""),
                                   .details = json_text(details),
                                   .idempotency_key = given.idempotency_key.value_or("")};
  auto sending = port.send(std::move(message), timeout_of(given.timeout_ms), std::move(cancel));
  CHELA_CO_TRY(auto receipt, co_await std::move(sending));
  auto shown = nlohmann::json::parse(receipt, nullptr, false);
  protocol::ChannelReceipt result;
  if (shown.is_object() && shown.contains("messageId") && shown["messageId"].is_string()) {
    result.message_id = shown["messageId"].get<std::string>();
  }
  co_return to_json(result);
}

Task<Result<std::string>> answer_of(ChannelPort port, std::string method, std::string params, CancelToken cancel) {
  if (method == protocol::kChannelStart) return start(std::move(port), std::move(params));
  if (method == protocol::kChannelStop) return stop(std::move(port), std::move(params));
  if (method == protocol::kChannelAccounts) return accounts(std::move(port), std::move(params));
  return send(std::move(port), std::move(params), std::move(cancel));
}

Task<Result<void>> hand_over(rpc::Peer& peer, std::string params,
                             std::move_only_function<void(Result<void>)> stored) {
  auto calling = peer.call(std::string(protocol::kChannelReceive), std::move(params), {.timeout = kStoreTimeout});
  auto answer = co_await std::move(calling);
  stored(answer ? Result<void>() : std::unexpected(std::move(answer.error())));
  co_return Result<void>{};
}

}  // namespace

bool is_channel_call(std::string_view method) {
  return method == protocol::kChannelStart || method == protocol::kChannelStop ||
         method == protocol::kChannelAccounts || method == protocol::kChannelSend;
}

Task<Result<void>> call_channel(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request) {
  auto port = ChannelPort::of(loop, plugin->instance(), plugin->leftover_calls());
  if (!port) {
    request.fail(port.error());
    co_return Result<void>{};
  }
  StopEither stop(request.cancelled(), plugin->stopping());
  auto answering = answer_of(std::move(*port), request.method(), request.params(), stop.token());
  auto answer = co_await std::move(answering);
  if (answer) {
    request.answer(std::move(*answer));
  } else {
    request.fail(answer.error());
  }
  co_return Result<void>{};
}

plugins::InboundDoor gateway_door(Loop& loop, rpc::Peer& peer) {
  plugins::InboundDoor door;
  door.receive = [&loop, &peer](const plugins::Manifest& plugin, plugins::ReceivedMessage message,
                                std::move_only_function<void(Result<void>)> stored) {
    protocol::ChannelReceiveParams params{.plugin = plugin.id,
                                          .channel = std::move(message.channel),
                                          .account = std::move(message.account),
                                          .message_id = std::move(message.message_id),
                                          .peer = std::move(message.peer),
                                          .thread = std::move(message.thread),
                                          .sender = std::move(message.sender),
                                          .text = std::move(message.text),
                                          .details = std::move(message.details)};
    // What is no object does not travel; the gateway could do nothing with it.
    if (!nlohmann::json::parse(params.details, nullptr, false).is_object()) params.details.clear();
    loop.spawn("channel.receive", hand_over(peer, to_json(params), std::move(stored)));
  };
  door.state = [&peer](const plugins::Manifest& plugin, std::string channel, std::string account, std::string state) {
    if (!nlohmann::json::parse(state, nullptr, false).is_object()) return;
    (void)peer.notify(protocol::kChannelStatus, to_json(protocol::ChannelStatusParams{
                                                    plugin.id, std::move(channel), std::move(account), std::move(state)}));
  };
  return door;
}

}  // namespace chela::plugin_host
