#include "kernel/core/remote/remote_command.hpp"

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/capability.hpp"
#include "kernel/core/protocol/command.hpp"
#include "kernel/core/remote/call_end.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/remote_instance.hpp"

namespace chela::remote {
namespace {

using Json = nlohmann::json;
using plugins::from_abi;
using plugins::to_abi;

class Ending : public CallEnd<chela_command_call> {
 public:
  using CallEnd::CallEnd;
  void details(const std::string& json) const {
    if (CHELA_HAS(call(), chela_command_call, details)) call()->details(call(), to_abi(json));
  }
  void progress(std::string_view text) const { call()->progress(call(), to_abi(text)); }
};

struct Message {
  std::string method;
  std::string params;
  Duration timeout;
};

void end_with(Ending& ending, const protocol::CommandRunResult& result) {
  const auto reply = result.reply.value_or(protocol::CommandPayload());
  Json details = Json::object();
  if (result.continue_agent.value_or(false)) details["continueAgent"] = true;
  if (result.suppress_reply.value_or(false)) details["suppressReply"] = true;
  if (reply.media_urls && !reply.media_urls->empty()) details["mediaUrls"] = *reply.media_urls;
  if (!details.empty()) ending.details(json_text(details));
  ending.complete(reply.is_error.value_or(false) ? CHELA_INTERNAL : CHELA_OK, reply.text.value_or(""));
}

Task<Result<void>> run(std::shared_ptr<HostProcess> process, Message message, std::unique_ptr<Ending> ending,
                       OpenCall open) {
  rpc::CallOptions options{.timeout = message.timeout, .cancel = open.token()};
  options.on_event = [&](std::string_view event) {
    if (auto piece = protocol::read_command_run_event(event)) ending->progress(piece->text);
  };
  auto calling = process->peer().call(message.method, std::move(message.params), std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    ending->complete(open.ending(std::move(answer.error())));
  } else if (message.method == protocol::kCapabilityInvoke) {
    auto result = protocol::read_capability_invoke_result(*answer);
    if (result) ending->complete(CHELA_OK, result->value.empty() ? "{}" : result->value);
    else ending->complete(result.error());
  } else {
    auto result = protocol::read_command_run_result(*answer);
    if (result) end_with(*ending, *result);
    else ending->complete(result.error());
  }
  co_return Result<void>();
}

Message message_for(const RemoteInstance& instance, const chela_command_request& request) {
  auto name = from_abi(request.command);
  auto key = instance.key_of("command", name);
  std::string arguments(from_abi(request.arguments));
  Duration timeout = std::chrono::milliseconds(request.timeout_ms);
  if (name.starts_with(kInteractivePrefix) && instance.manifest().runtime == plugins::Runtime::node) {
    protocol::CapabilityInvokeParams params{.plugin = instance.manifest().id, .kind = "command", .key = std::move(key),
                                            .path = "handler", .arguments = {std::move(arguments)},
                                            .timeout_ms = request.timeout_ms};
    return {std::string(protocol::kCapabilityInvoke), to_json(params), timeout};
  }
  protocol::CommandRunParams params{.plugin = instance.manifest().id, .key = std::move(key),
                                    .args = std::move(arguments), .context = std::string(from_abi(request.context)),
                                    .timeout_ms = request.timeout_ms, .credit = rpc::CallOptions().credit};
  return {std::string(protocol::kCommandRun), to_json(params), timeout};
}

chela_status start(const chela_plugin* plugin, const chela_command_request* request, const chela_command_call* call,
                   const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  instance.spawn(run(instance.process(), message_for(instance, *request), std::make_unique<Ending>(call),
                     instance.open_call(request->call_id)));
  return CHELA_OK;
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

}  // namespace

const chela_plugin_command kRemoteCommand = {sizeof(chela_plugin_command), &start, &cancel};

}  // namespace chela::remote
