#include "kernel/gateway/channels_api.hpp"

#include <memory>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/runtime/channels/channels.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;
using policy::RouteAccess;
using policy::RoutePolicy;

constexpr std::uint64_t kMessageBodyBytesMax = 512 * 1024;

class ChannelsApi {
 public:
  explicit ChannelsApi(Context& context) : context_(context) {}

  Task<Result<void>> list(Request request) {
    co_return request.respond(json_reply(200, {{"channels", channels_json(context_.channels)}}));
  }

  Task<Result<void>> send(Request request) {
    CHELA_CO_TRY(auto body, read_json_object(request.http()));
    if (!context_.messages_per_client.take(request.principal.key)) {
      co_return request.respond(
          too_fast_reply(context_.messages_per_client.wait(request.principal.key), ErrorStyle::chela));
    }
    runtime::OutboundMessage message{.channel = std::string(request.parameter("id")),
                                     .to = text_of(body, "to"),
                                     .thread = text_of(body, "threadId"),
                                     .text = text_of(body, "text"),
                                     .idempotency_key = text_of(body, "idempotencyKey")};
    if (auto account = text_of(body, "account"); !account.empty()) message.account = account;
    Json details = Json::object();
    for (const char* key : {"replyToId", "mediaUrl"}) {
      if (auto value = text_of(body, key); !value.empty()) details[key] = value;
    }
    if (message.text.empty() && details.empty()) {
      co_return fail(ErrorCode::invalid_argument, "the message has neither `text` nor `mediaUrl`");
    }
    message.details = json_text(details);
    auto sending = context_.channels->send(std::move(message), request.exchange.cancel_token());
    CHELA_CO_TRY(auto receipt, co_await std::move(sending));
    auto shown = object_of(receipt);
    co_return request.respond(json_reply(200, {{"messageId", text_of(shown, "messageId")}}));
  }

 private:
  Context& context_;
};

}  // namespace

Json channels_json(const runtime::Channels* channels) {
  Json out = Json::array();
  if (!channels) return out;
  for (const auto& account : channels->accounts().list()) {
    Json one = {{"channel", account.channel}, {"account", account.account},     {"plugin", account.plugin_id},
                {"state", runtime::name_of(account.state)}, {"restarts", account.restarts}};
    if (!account.last_error.empty()) one["lastError"] = account.last_error;
    if (account.said) one["connected"] = account.said->value("connected", Json());
    out.push_back(std::move(one));
  }
  return out;
}

void add_channels_api(Service& service, Context& context) {
  auto api = std::make_shared<ChannelsApi>(context);
  auto route = [&](const char* method, const char* path, RoutePolicy policy, const char* summary,
                   Task<Result<void>> (ChannelsApi::*action)(Request)) {
    service.add({method, path, policy, summary,
                 [api, action](Request request) { return ((*api).*action)(std::move(request)); }});
  };
  route("GET", "/api/channels", {RouteAccess::operator_read, 0}, "the accounts of channels and how they are",
        &ChannelsApi::list);
  route("POST", "/api/channels/{id}/send", {RouteAccess::operator_write, kMessageBodyBytesMax},
        "sends a message by a channel", &ChannelsApi::send);
}

}  // namespace chela::gateway
