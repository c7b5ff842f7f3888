#include "kernel/core/remote/remote_capability.hpp"

#include <string>

#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/capability.hpp"
#include "kernel/core/remote/question.hpp"
#include "kernel/core/rpc/json_check.hpp"
#include "kernel/core/rpc/json_slices.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kDepthMax = 256;

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
  return ask(instance, request->call_id,
             {protocol::kCapabilityInvoke, to_json(params), request->timeout_ms,
              [](std::string_view answer) -> Result<std::string> {
                CHELA_TRY(auto result, protocol::read_capability_invoke_result(answer));
                return std::move(result.value);
              }},
             call);
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

}  // namespace

const chela_plugin_capability kRemoteCapability = {sizeof(chela_plugin_capability), &invoke, &cancel};

}  // namespace chela::remote
