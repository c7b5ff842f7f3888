#include "tools/plugin_host/command_calls.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/protocol/command.hpp"
#include "kernel/core/protocol/gateway_method.hpp"
#include "kernel/runtime/commands/method_call.hpp"
#include "kernel/runtime/commands/run.hpp"
#include "tools/plugin_host/event_stream.hpp"
#include "tools/plugin_host/stop_either.hpp"

namespace chela::plugin_host {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kProgressWaitingMax = 256;  // more is faster than it can be shown
constexpr std::size_t kDetailsDepthMax = 16;

std::optional<bool> flag(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_boolean() ? std::optional(found->get<bool>()) : std::nullopt;
}

protocol::CommandRunResult result_of(runtime::RawCommandAnswer said) {
  auto details = parse_json(said.details.empty() ? "{}" : said.details, kDetailsDepthMax).value_or(Json());
  protocol::CommandPayload reply{.text = runtime::shown_text(std::move(said))};
  if (!details.is_object()) return {.reply = std::move(reply)};
  auto media = details.find("mediaUrls");
  if (media != details.end() && media->is_array()) {
    for (const auto& url : *media) {
      if (!url.is_string()) continue;
      if (!reply.media_urls) reply.media_urls.emplace();
      reply.media_urls->push_back(url.get<std::string>());
    }
  }
  return {.reply = std::move(reply), .continue_agent = flag(details, "continueAgent"),
          .suppress_reply = flag(details, "suppressReply")};
}

}  // namespace

Task<Result<void>> run_command(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request) {
  auto params = protocol::read_command_run_params(request.params());
  if (!params) {
    request.fail(params.error());
    co_return Result<void>{};
  }
  auto stream = std::make_shared<EventStream>(loop, std::move(request));
  StopEither stop(stream->request().cancelled(), plugin->stopping());
  std::function<void(std::string_view)> on_progress = [&stream](std::string_view text) {
    if (stream->waiting() < kProgressWaitingMax) stream->push(to_json(protocol::CommandRunEvent{std::string(text)}));
  };
  runtime::CommandRequest asked{.command = std::move(params->key),
                                .arguments = params->args.value_or(""),
                                .context = std::move(params->context),
                                .timeout = timeout_of(params->timeout_ms),
                                .leftover = plugin->next_call()};
  auto said = co_await runtime::ask_plugin(loop, plugin->instance(), std::move(asked), on_progress, stop.token());
  if (!said) {
    stream->fail(std::move(said.error()));
  } else {
    stream->answer(to_json(result_of(std::move(*said))));
  }
  co_return Result<void>{};
}

Task<Result<void>> call_method(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request) {
  auto params = protocol::read_gateway_method_call_params(request.params());
  if (!params) {
    request.fail(params.error());
    co_return Result<void>{};
  }
  StopEither stop(request.cancelled(), plugin->stopping());
  runtime::MethodRequest asked{.method = std::move(params->key),
                               .params = std::move(params->params),
                               .context = std::move(params->context),
                               .timeout = timeout_of(params->timeout_ms),
                               .leftover = plugin->next_call()};
  auto result = co_await runtime::call_method(loop, plugin->instance(), std::move(asked), stop.token());
  if (!result) {
    request.fail(result.error());
  } else {
    request.answer(to_json(protocol::GatewayMethodCallResult{.payload = std::move(*result)}));
  }
  co_return Result<void>{};
}

}  // namespace chela::plugin_host
