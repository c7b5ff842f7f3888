#include "tools/plugin_host/hook_calls.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/runtime/hooks/call.hpp"
#include "tools/plugin_host/stop_either.hpp"

namespace chela::plugin_host {
namespace {

constexpr std::size_t kDepthMax = 64;

// What is no JSON would end the connection.
Result<std::string> answer_of(const std::string& said) {
  if (said.empty()) return std::string("{}");
  auto result = parse_json(said, kDepthMax);
  if (!result) return fail("the plugin's result", std::move(result.error()));
  if (!result->is_object()) return fail(ErrorCode::protocol, "the plugin's result is not an object");
  return R"({"result":)" + said + "}";
}

}  // namespace

Task<Result<void>> run_hook(Loop& loop, std::shared_ptr<HostedPlugin> plugin, protocol::HookRunParams params,
                            rpc::Request request) {
  StopEither stop(request.cancelled(), plugin->stopping());
  runtime::HookInput input{.point = std::move(params.name),
                           .event = std::move(params.event),
                           .context = std::move(params.context),
                           .timeout = timeout_of(params.timeout_ms),
                           .leftover = plugin->next_call()};
  auto said = co_await runtime::call_hook(loop, plugin->instance(), std::move(input), stop.token());
  auto answer = said ? answer_of(*said) : std::unexpected(std::move(said.error()));
  if (answer) {
    request.answer(std::move(*answer));
  } else {
    request.fail(answer.error());
  }
  co_return Result<void>{};
}

}  // namespace chela::plugin_host
