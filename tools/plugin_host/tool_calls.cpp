#include "tools/plugin_host/tool_calls.hpp"

#include "kernel/core/protocol/tool.hpp"
#include "kernel/runtime/tools/call.hpp"
#include "tools/plugin_host/event_stream.hpp"
#include "tools/plugin_host/stop_either.hpp"

namespace chela::plugin_host {
namespace {

constexpr std::size_t kProgressWaitingMax = 256;  // more is faster than it can be shown

}  // namespace

Task<Result<void>> call_tool(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request) {
  auto params = protocol::read_tool_call_params(request.params());
  if (!params) {
    request.fail(params.error());
    co_return Result<void>{};
  }
  auto tool = plugin->find_tool(params->key);
  if (!tool) {
    request.fail({ErrorCode::not_found, fmt::format("plugin {} has no tool {}", plugin->id(), params->key)});
    co_return Result<void>{};
  }
  auto stream = std::make_shared<EventStream>(loop, std::move(request));
  StopEither stop(stream->request().cancelled(), plugin->stopping());
  std::function<void(std::string_view)> on_progress = [&stream](std::string_view text) {
    if (stream->waiting() < kProgressWaitingMax) stream->push(to_json(protocol::ToolCallEvent{std::string(text)}));
  };
  runtime::ToolInput input{std::move(tool), std::move(params->arguments), std::move(params->context),
                           timeout_of(params->timeout_ms), plugin->next_call()};
  auto result = co_await runtime::call_tool(loop, plugin->instance(), std::move(input), on_progress, stop.token());
  if (!result) {
    stream->fail(std::move(result.error()));
    co_return Result<void>{};
  }
  protocol::ToolCallResult answer;
  answer.content.push_back({protocol::ToolContentType::text, std::move(*result), {}, {}});
  stream->answer(to_json(answer));
  co_return Result<void>{};
}

}  // namespace chela::plugin_host
