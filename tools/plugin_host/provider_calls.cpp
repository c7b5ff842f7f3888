#include "tools/plugin_host/provider_calls.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/protocol/provider.hpp"
#include "kernel/runtime/models/completion.hpp"
#include "tools/plugin_host/event_stream.hpp"
#include "tools/plugin_host/stop_either.hpp"

namespace chela::plugin_host {
namespace {

using protocol::ProviderPiece;
using protocol::ProviderPieceType;

// Each piece of a completion as an event.
class Pieces final : public runtime::CompletionListener {
 public:
  explicit Pieces(std::shared_ptr<EventStream> stream) : stream_(std::move(stream)) {}

  void on_text(std::string_view piece) override { push({.type = ProviderPieceType::text, .text = std::string(piece)}); }
  void on_reasoning(std::string_view piece) override {
    push({.type = ProviderPieceType::reasoning, .text = std::string(piece)});
  }
  void on_tool_call(std::uint32_t index, std::string_view id, std::string_view name) override {
    push({.type = ProviderPieceType::tool_call, .index = index, .id = std::string(id), .name = std::string(name)});
  }
  void on_tool_arguments(std::uint32_t index, std::string_view piece) override {
    push({.type = ProviderPieceType::tool_arguments, .text = std::string(piece), .index = index});
  }
  void on_usage(const runtime::Usage& usage) override {
    push({.type = ProviderPieceType::usage,
          .usage = protocol::ProviderUsage{usage.input_tokens, usage.output_tokens, usage.cached_input_tokens,
                                           usage.reasoning_tokens}});
  }

 private:
  void push(const ProviderPiece& piece) { stream_->push(to_json(piece)); }

  std::shared_ptr<EventStream> stream_;
};

std::vector<std::shared_ptr<const std::string>> shared(std::vector<std::string> texts) {
  std::vector<std::shared_ptr<const std::string>> out;
  for (auto& text : texts) out.push_back(std::make_shared<const std::string>(std::move(text)));
  return out;
}

runtime::Service service_of(std::string json) {
  runtime::Service service;
  auto object = object_of(json);
  service.id = text_of(object, "id");
  service.api = text_of(object, "api");
  service.json = std::move(json);
  return service;
}

// Whether the plugin has what is asked; else `request` is answered.
bool knows_provider(const HostedPlugin& plugin, const std::string& key, rpc::Request& request) {
  if (plugin.has_provider(key)) return true;
  request.fail({ErrorCode::not_found, fmt::format("plugin {} has no provider {}", plugin.id(), key)});
  return false;
}

}  // namespace

Task<Result<void>> complete(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request) {
  auto params = protocol::read_provider_complete_params(request.params());
  if (!params) request.fail(params.error());
  if (!params || !knows_provider(*plugin, params->key, request)) co_return Result<void>{};

  auto service = service_of(std::move(params->service));
  runtime::CompletionInput input;
  input.service = &service;
  input.model = std::move(params->model);
  input.messages = shared(std::move(params->messages));
  input.tools = shared(std::move(params->tools).value_or(std::vector<std::string>()));
  if (!params->options.empty()) input.options = std::move(params->options);
  input.silence_max = timeout_of(params->timeout_ms);
  input.leftover = plugin->next_call();
  auto stream = std::make_shared<EventStream>(loop, std::move(request));
  StopEither stop(stream->request().cancelled(), plugin->stopping());
  Pieces pieces(stream);
  auto outcome = co_await runtime::complete(loop, plugin->instance(), std::move(input), pieces, stop.token());
  if (outcome) {
    stream->answer(to_json(protocol::ProviderCompleteResult{std::move(outcome->stop_reason)}));
  } else {
    auto& failure = outcome.error();
    auto wish = std::chrono::duration_cast<std::chrono::milliseconds>(failure.retry_after).count();
    stream->fail(std::move(failure.error), wish > 0 ? fmt::format(R"({{"retryAfterMs":{}}})", wish) : std::string());
  }
  co_return Result<void>{};
}

Task<Result<void>> list_models(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request) {
  auto params = protocol::read_provider_list_models_params(request.params());
  if (!params) request.fail(params.error());
  if (!params || !knows_provider(*plugin, params->key, request)) co_return Result<void>{};

  auto service = service_of(std::move(params->service));
  StopEither stop(request.cancelled(), plugin->stopping());
  auto timeout = timeout_of(params->timeout_ms);
  runtime::ListModelsInput input{&service, timeout, plugin->next_call()};
  auto models = co_await runtime::list_models(loop, plugin->instance(), std::move(input), stop.token());
  if (!models) {
    request.fail(models.error());
    co_return Result<void>{};
  }
  protocol::ProviderListModelsResult result;
  for (const auto& model : *models) {
    nlohmann::json shown{{"id", model.id}};
    if (model.context_window != 0) shown["contextWindow"] = model.context_window;
    result.models.push_back(json_text(shown));
  }
  request.answer(to_json(result));
  co_return Result<void>{};
}

}  // namespace chela::plugin_host
