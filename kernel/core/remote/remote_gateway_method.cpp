#include "kernel/core/remote/remote_gateway_method.hpp"

#include <memory>
#include <string>

#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/gateway_method.hpp"
#include "kernel/core/remote/call_end.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/remote_instance.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;

using Ending = CallEnd<chela_gateway_method_call>;

Task<Result<void>> run(std::shared_ptr<HostProcess> process, std::string params, Duration timeout,
                       std::unique_ptr<Ending> ending, OpenCall open) {
  rpc::CallOptions options{.timeout = timeout, .cancel = open.token()};
  auto calling =
      process->peer().call(std::string(protocol::kGatewayMethodCall), std::move(params), std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    ending->complete(open.ending(std::move(answer.error())));
    co_return Result<void>();
  }
  auto result = protocol::read_gateway_method_call_result(*answer);
  if (!result) {
    ending->complete(result.error());
  } else {
    ending->complete(CHELA_OK, result->payload.empty() ? "null" : result->payload);
  }
  co_return Result<void>();
}

chela_status start(const chela_plugin* plugin, const chela_gateway_method_request* request,
                   const chela_gateway_method_call* call, const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::GatewayMethodCallParams params{.plugin = instance.manifest().id,
                                           .key = instance.key_of("gateway_method", from_abi(request->method)),
                                           .params = std::string(from_abi(request->params)),
                                           .context = std::string(from_abi(request->context)),
                                           .timeout_ms = request->timeout_ms};
  instance.spawn(run(instance.process(), to_json(params), std::chrono::milliseconds(request->timeout_ms),
                     std::make_unique<Ending>(call), instance.open_call(request->call_id)));
  return CHELA_OK;
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

}  // namespace

const chela_plugin_gateway_method kRemoteGatewayMethod = {sizeof(chela_plugin_gateway_method), &start, &cancel};

}  // namespace chela::remote
