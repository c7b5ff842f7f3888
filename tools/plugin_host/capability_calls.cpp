#include "tools/plugin_host/capability_calls.hpp"

#include "kernel/core/protocol/capability.hpp"
#include "kernel/runtime/capabilities/capability_call.hpp"
#include "tools/plugin_host/stop_either.hpp"

namespace chela::plugin_host {

Task<Result<void>> invoke_capability(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request) {
  auto params = protocol::read_capability_invoke_params(request.params());
  if (!params) {
    request.fail(params.error());
    co_return Result<void>{};
  }
  std::string arguments = "[";
  for (const auto& argument : params->arguments) arguments.append(arguments.size() > 1 ? "," : "").append(argument);
  runtime::CapabilityInput input{.kind = std::move(params->kind),
                                 .id = std::move(params->key),
                                 .path = std::move(params->path),
                                 .arguments = arguments + "]",
                                 .timeout = timeout_of(params->timeout_ms),
                                 .leftover = plugin->next_call()};
  StopEither stop(request.cancelled(), plugin->stopping());
  auto calling = runtime::invoke(loop, plugin->instance(), std::move(input), stop.token());
  auto value = co_await std::move(calling);
  if (value) {
    request.answer(to_json(protocol::CapabilityInvokeResult{.value = std::move(*value)}));
  } else {
    request.fail(value.error());
  }
  co_return Result<void>{};
}

}  // namespace chela::plugin_host
