#include "kernel/core/remote/remote_tool.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/tool.hpp"
#include "kernel/core/remote/question.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;
using plugins::to_abi;

class Ending : public CallEnd<chela_tool_call> {
 public:
  using CallEnd::CallEnd;
  void progress(std::string_view text) const { call()->progress(call(), to_abi(text)); }
};

// What is answered: the pieces of text, one below the other; what is no text is named.
std::string shown(const protocol::ToolCallResult& result) {
  std::string out;
  for (const auto& piece : result.content) {
    if (!out.empty()) out += '\n';
    if (piece.type == protocol::ToolContentType::text) {
      out += piece.text.value_or("");
    } else {
      out += fmt::format("[{} {}, {} bytes in base64, not shown]", name_of(piece.type), piece.mime_type.value_or(""),
                         piece.data.value_or("").size());
    }
  }
  return out;
}

Task<Result<void>> run(std::shared_ptr<HostProcess> process, std::string params, Duration timeout,
                       std::unique_ptr<Ending> ending, OpenCall open) {
  rpc::CallOptions options{.timeout = timeout, .cancel = open.token()};
  options.on_event = [&](std::string_view event) {
    if (auto piece = protocol::read_tool_call_event(event)) ending->progress(piece->text);
  };
  auto calling = process->peer().call(std::string(protocol::kToolCall), std::move(params), std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    ending->complete(open.ending(std::move(answer.error())));
    co_return Result<void>();
  }
  auto result = protocol::read_tool_call_result(*answer);
  if (!result) {
    ending->complete(CHELA_PROTOCOL, result.error().message);
  } else {
    ending->complete(result->is_error.value_or(false) ? CHELA_INTERNAL : CHELA_OK, shown(*result));
  }
  co_return Result<void>();
}

chela_status start(const chela_plugin* plugin, const chela_tool_request* request, const chela_tool_call* call,
                   const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::ToolCallParams params{.plugin = instance.manifest().id,
                                  .key = instance.key_of("tool", from_abi(request->tool)),
                                  .arguments = std::string(from_abi(request->arguments)),
                                  .context = std::string(from_abi(request->context)),
                                  .timeout_ms = request->timeout_ms,
                                  .credit = rpc::CallOptions().credit};
  instance.spawn(run(instance.process(), to_json(params), std::chrono::milliseconds(request->timeout_ms),
                     std::make_unique<Ending>(call), instance.open_call(request->call_id)));
  return CHELA_OK;
}

std::string list_of(const std::vector<protocol::ToolResolved>& tools) {
  std::string out = "[";
  for (const auto& tool : tools) {
    if (out.size() > 1) out += ',';
    out += to_json(tool);
  }
  return out + "]";
}

chela_status resolve(const chela_plugin* plugin, const chela_tool_request* request, const chela_tool_call* call,
                     const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::ToolResolveParams params{.plugin = instance.manifest().id,
                                     .keys = {},
                                     .context = std::string(from_abi(request->context))};
  for (auto key : split(from_abi(request->tool), '\n')) params.keys.emplace_back(key);
  return ask(instance, request->call_id,
             {protocol::kToolResolve, to_json(params), request->timeout_ms,
              [](std::string_view answer) -> Result<std::string> {
                CHELA_TRY(auto result, protocol::read_tool_resolve_result(answer));
                return list_of(result.tools);
              }},
             call);
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

}  // namespace

// names() stays out: what the code offers was compared with the manifest where it runs.
const chela_plugin_tool kRemoteTool = {sizeof(chela_plugin_tool), nullptr, &start, &cancel, nullptr, &resolve};

}  // namespace chela::remote
