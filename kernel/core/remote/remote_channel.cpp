#include "kernel/core/remote/remote_channel.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/channel.hpp"
#include "kernel/core/remote/question.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;

std::string key_of(const RemoteInstance& instance, chela_str channel) {
  return instance.key_of("channel", from_abi(channel));
}

chela_status connect(const chela_plugin* plugin, const chela_channel_account* account, const chela_channel_call* call,
                     const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::ChannelStartParams params{.plugin = instance.manifest().id,
                                      .key = key_of(instance, account->channel),
                                      .account = std::string(from_abi(account->account)),
                                      .timeout_ms = account->timeout_ms,
                                      .settings = std::string(from_abi(account->settings))};
  return ask(instance, account->call_id,
             {protocol::kChannelStart, to_json(params), account->timeout_ms,
              [](std::string_view answer) -> Result<std::string> {
                CHELA_TRY(auto result, protocol::read_channel_start_result(answer));
                return result.status.empty() ? "{}" : std::move(result.status);
              }},
             call);
}

chela_status disconnect(const chela_plugin* plugin, const chela_channel_account* account,
                        const chela_channel_call* call, const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::ChannelStopParams params{.plugin = instance.manifest().id,
                                     .key = key_of(instance, account->channel),
                                     .account = std::string(from_abi(account->account)),
                                     .timeout_ms = account->timeout_ms};
  return ask(instance, account->call_id,
             {protocol::kChannelStop, to_json(params), account->timeout_ms,
              [](std::string_view) -> Result<std::string> { return "{}"; }},
             call);
}

chela_status accounts(const chela_plugin* plugin, const chela_channel_account* channel, const chela_channel_call* call,
                      const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::ChannelAccountsParams params{.plugin = instance.manifest().id,
                                         .key = key_of(instance, channel->channel),
                                         .settings = std::string(from_abi(channel->settings))};
  return ask(instance, channel->call_id,
             {protocol::kChannelAccounts, to_json(params), channel->timeout_ms,
              [](std::string_view answer) -> Result<std::string> {
                CHELA_TRY(auto result, protocol::read_channel_accounts_result(answer));
                std::string list = "[";
                for (const auto& one : result.accounts) list.append(list.size() > 1 ? "," : "").append(one);
                return list + "]";
              }},
             call);
}

std::optional<std::string> given(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(std::string(text));
}

chela_status send(const chela_plugin* plugin, const chela_channel_message* message, const chela_channel_call* call,
                  const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  auto details = object_of(from_abi(message->details));
  auto payload = details.value("payload", nlohmann::json());
  protocol::ChannelSendParams params{.plugin = instance.manifest().id,
                                     .key = key_of(instance, message->channel),
                                     .account = std::string(from_abi(message->account)),
                                     .to = std::string(from_abi(message->to)),
                                     .text = given(from_abi(message->text)),
                                     .media_url = given(text_of(details, "mediaUrl")),
                                     .reply_to_id = given(text_of(details, "replyToId")),
                                     .thread_id = given(from_abi(message->thread)),
                                     .idempotency_key = given(from_abi(message->idempotency_key)),
                                     .payload = payload.is_object() ? payload.dump() : std::string(),
                                     .timeout_ms = message->timeout_ms};
  return ask(instance, message->call_id,
             {protocol::kChannelSend, to_json(params), message->timeout_ms,
              [](std::string_view answer) -> Result<std::string> {
                CHELA_TRY(auto receipt, protocol::read_channel_send_result(answer));
                return std::string(answer);
              }},
             call);
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

}  // namespace

const chela_plugin_channel kRemoteChannel = {
    sizeof(chela_plugin_channel), &connect, &disconnect, &send, &cancel, &accounts, nullptr};

}  // namespace chela::remote
