#include "kernel/core/remote/remote_provider.hpp"

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/remote/call_end.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/remote_instance.hpp"
#include "kernel/core/protocol/provider.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;
using plugins::to_abi;

// Longer than any service may take; its own timeouts, in the service's settings, come first.
constexpr auto kLongest = std::chrono::hours(1);

class Ending : public CallEnd<chela_completion> {
 public:
  using CallEnd::CallEnd;
  void text(std::string_view piece) const { call()->text(call(), to_abi(piece)); }
  void piece(const protocol::ProviderPiece& piece) const;
};

void Ending::piece(const protocol::ProviderPiece& piece) const {
  const auto* c = call();
  auto index = static_cast<std::uint32_t>(piece.index.value_or(0));
  const std::string text = piece.text.value_or("");
  const std::string id = piece.id.value_or("");
  const std::string name = piece.name.value_or("");
  using Type = protocol::ProviderPieceType;
  switch (piece.type) {
    case Type::text: return c->text(c, to_abi(text));
    case Type::reasoning: return c->reasoning(c, to_abi(text));
    case Type::tool_call: return c->tool_call(c, index, to_abi(id), to_abi(name));
    case Type::tool_arguments: return c->tool_arguments(c, index, to_abi(text));
    case Type::usage: break;
  }
  if (!piece.usage) return;
  chela_usage usage{sizeof(chela_usage), piece.usage->input_tokens, piece.usage->output_tokens,
                    piece.usage->cached_input_tokens.value_or(0), piece.usage->reasoning_tokens.value_or(0)};
  c->usage(c, &usage);
}

Task<Result<void>> run_completion(std::shared_ptr<HostProcess> process, std::string params,
                                  std::unique_ptr<Ending> ending, OpenCall open) {
  std::string data;
  rpc::CallOptions options{.timeout = kLongest, .cancel = open.token(), .error_data = &data};
  options.on_event = [&](std::string_view event) {
    if (auto piece = protocol::read_provider_complete_event(event)) ending->piece(*piece);
  };
  auto calling = process->peer().call(std::string(protocol::kProviderComplete), std::move(params), std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    ending->complete(open.ending(std::move(answer.error())), data);
    co_return Result<void>();
  }
  auto result = protocol::read_provider_complete_result(*answer);
  if (result) {
    ending->complete(CHELA_OK, result->stop_reason);
  } else {
    ending->complete(CHELA_PROTOCOL, result.error().message);
  }
  co_return Result<void>();
}

Task<Result<void>> run_list(std::shared_ptr<HostProcess> process, std::string params, std::unique_ptr<Ending> ending,
                            OpenCall open) {
  std::string data;
  rpc::CallOptions options{.timeout = kLongest, .cancel = open.token(), .error_data = &data};
  auto calling = process->peer().call(std::string(protocol::kProviderListModels), std::move(params), std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    ending->complete(open.ending(std::move(answer.error())), data);
    co_return Result<void>();
  }
  auto result = protocol::read_provider_list_models_result(*answer);
  if (!result) {
    ending->complete(CHELA_PROTOCOL, result.error().message);
    co_return Result<void>();
  }
  std::string list = "[";
  for (const auto& model : result->models) list.append(list.size() > 1 ? "," : "").append(model);
  ending->text(list + "]");
  ending->complete(CHELA_OK, "stop");
  co_return Result<void>();
}

std::vector<std::string> copies(const chela_str* texts, std::size_t count) {
  std::vector<std::string> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.emplace_back(from_abi(texts[i]));
  return out;
}

// The wire format that a service speaks is the id under which the plugin provides it.
std::string key_of(chela_str service) { return text_of(object_of(from_abi(service)), "api"); }

chela_status complete(const chela_plugin* plugin, const chela_completion_request* request,
                      const chela_completion* completion, const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::ProviderCompleteParams params{.plugin = instance.manifest().id,
                                          .key = key_of(request->service),
                                          .service = std::string(from_abi(request->service)),
                                          .model = std::string(from_abi(request->model)),
                                          .messages = copies(request->messages, request->message_count),
                                          .tools = copies(request->tools, request->tool_count),
                                          .options = std::string(from_abi(request->options)),
                                          .credit = rpc::CallOptions().credit};
  instance.spawn(run_completion(instance.process(), to_json(params), std::make_unique<Ending>(completion),
                                instance.open_call(request->call_id)));
  return CHELA_OK;
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

chela_status list_models(const chela_plugin* plugin, uint64_t call_id, chela_str service,
                         const chela_completion* completion, const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  protocol::ProviderListModelsParams params{
      .plugin = instance.manifest().id, .key = key_of(service), .service = std::string(from_abi(service))};
  instance.spawn(run_list(instance.process(), to_json(params), std::make_unique<Ending>(completion),
                          instance.open_call(call_id)));
  return CHELA_OK;
}

}  // namespace

const chela_plugin_provider kRemoteProvider = {sizeof(chela_plugin_provider), &complete, &cancel, &list_models};

}  // namespace chela::remote
