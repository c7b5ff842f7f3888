#include "kernel/core/remote/remote_capability.hpp"

#include <memory>
#include <string>

#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/capability.hpp"
#include "kernel/core/remote/call_end.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/remote_instance.hpp"
#include "kernel/core/rpc/json_check.hpp"
#include "kernel/core/rpc/json_slices.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kDepthMax = 256;

using Ending = CallEnd<chela_capability_call>;

Task<Result<void>> run(std::shared_ptr<HostProcess> process, std::string params, Duration timeout,
                       std::unique_ptr<Ending> ending, OpenCall open) {
  rpc::CallOptions options{.timeout = timeout, .cancel = open.token()};
  auto calling =
      process->peer().call(std::string(protocol::kCapabilityInvoke), std::move(params), std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    ending->complete(open.ending(std::move(answer.error())));
    co_return Result<void>();
  }
  auto result = protocol::read_capability_invoke_result(*answer);
  if (!result) {
    ending->complete(CHELA_PROTOCOL, result.error().message);
  } else {
    ending->complete(CHELA_OK, result->value);
  }
  co_return Result<void>();
}

chela_status invoke(const chela_plugin* plugin, const chela_capability_request* request,
                    const chela_capability_call* call, const chela_error_sink* error) {
  auto& instance = RemoteInstance::of(plugin);
  auto arguments = from_abi(request->arguments);
  auto items = rpc::check_json(arguments, kDepthMax) ? rpc::JsonSlices::items(arguments) : std::nullopt;
  if (!items) {
    error->set(error, to_abi("the arguments are no JSON array"));
    return CHELA_INVALID_ARGUMENT;
  }
  auto kind = from_abi(request->kind);
  protocol::CapabilityInvokeParams params{.plugin = instance.manifest().id,
                                          .kind = std::string(kind),
                                          .key = instance.key_of(kind, from_abi(request->id)),
                                          .path = std::string(from_abi(request->path)),
                                          .arguments = {items->begin(), items->end()},
                                          .timeout_ms = request->timeout_ms};
  instance.spawn(run(instance.process(), to_json(params), std::chrono::milliseconds(request->timeout_ms),
                     std::make_unique<Ending>(call), instance.open_call(request->call_id)));
  return CHELA_OK;
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

}  // namespace

const chela_plugin_capability kRemoteCapability = {sizeof(chela_plugin_capability), &invoke, &cancel};

}  // namespace chela::remote
