#include "kernel/core/remote/remote_gateway_method.hpp"

#include <string>

#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/gateway_method.hpp"
#include "kernel/core/remote/question.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;

chela_status start(const chela_plugin* plugin, const chela_gateway_method_request* request,
                   const chela_gateway_method_call* call, const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::GatewayMethodCallParams params{.plugin = instance.manifest().id,
                                           .key = instance.key_of("gateway_method", from_abi(request->method)),
                                           .params = std::string(from_abi(request->params)),
                                           .context = std::string(from_abi(request->context)),
                                           .timeout_ms = request->timeout_ms};
  return ask(instance, request->call_id,
             {protocol::kGatewayMethodCall, to_json(params), request->timeout_ms,
              [](std::string_view answer) -> Result<std::string> {
                CHELA_TRY(auto result, protocol::read_gateway_method_call_result(answer));
                return result.payload.empty() ? "null" : std::move(result.payload);
              }},
             call);
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

}  // namespace

const chela_plugin_gateway_method kRemoteGatewayMethod = {sizeof(chela_plugin_gateway_method), &start, &cancel};

}  // namespace chela::remote
