// Single completions for plugins. As upstream: everybody gets the default model; another one only where the operator
// says plugins.entries.ID.llm.allowModelOverride, and then of allowedCompletionModels or allowedModels when they name any.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/app/host_answers.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/protocol/turn.hpp"
#include "kernel/runtime/models/completion.hpp"
#include "kernel/runtime/turn/message.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMessagesMax = 200;
constexpr std::size_t kBytesMax = 512 * 1024;
constexpr std::size_t kDepthMax = 32;
constexpr auto kTimeout = std::chrono::seconds(60);
constexpr auto kTimeoutMax = std::chrono::minutes(10);

struct Nobody final : runtime::CompletionListener {
  void on_text(std::string_view) override {}
  void on_reasoning(std::string_view) override {}
};

// Text only: what a plugin asks in its own name has no pictures and no tools.
Result<runtime::Message> message_of(const std::string& text) {
  auto given = parse_json(text, kDepthMax);
  if (!given) return fail(ErrorCode::invalid_argument, "llm.complete: a message {}", given.error().message);
  auto role = text_of(*given, "role");
  auto words = runtime::plain_text(given->value("content", Json()));
  if (role != "system" && role != "user" && role != "assistant") {
    return fail(ErrorCode::invalid_argument, "llm.complete: a message's role is none of system, user and assistant");
  }
  if (words.empty()) return fail(ErrorCode::invalid_argument, "llm.complete: a message has no text");
  Json out = {{"role", role}, {"content", words}};
  return std::make_shared<const std::string>(json_text(out));
}

std::string options_of(const Json& given) {
  Json out = Json::object();
  for (const char* name : {"temperature", "maxTokens", "topP"}) {
    if (auto found = given.find(name); found != given.end() && found->is_number()) out[name] = *found;
  }
  if (auto stop = given.find("stop"); stop != given.end() && (stop->is_string() || stop->is_array())) out["stop"] = *stop;
  return json_text(out);
}

std::vector<std::string> strings_in(const Json& rules, const char* name) {
  std::vector<std::string> out;
  auto list = rules.find(name);
  if (list == rules.end() || !list->is_array()) return out;
  for (const auto& one : *list) {
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}

Result<void> check_model(const config::Snapshot& config, const std::string& plugin_id, const runtime::ModelRef& model) {
  const auto* rules = config::Path{"plugins", "entries", plugin_id, "llm"}.find_in(config.root());
  const Json none = Json::object();
  if (!rules || !rules->is_object()) rules = &none;
  if (rules->value("allowModelOverride", Json()) != true) {
    return fail(ErrorCode::denied, "llm.complete: plugin {} may use the default model only; plugins.entries.{}.llm.allowModelOverride lets it choose",
                plugin_id, plugin_id);
  }
  auto allowed = strings_in(*rules, "allowedCompletionModels");
  if (allowed.empty()) allowed = strings_in(*rules, "allowedModels");
  if (allowed.empty() || std::ranges::find(allowed, model.text()) != allowed.end()) return {};
  return fail(ErrorCode::denied, "llm.complete: plugins.entries.{}.llm does not name the model {}", plugin_id, model.text());
}

}  // namespace

struct CompletionAnswers::Asked {
  runtime::ModelRef model;
  runtime::CompletionInput input;
  Duration timeout{};
};

Result<CompletionAnswers::Asked> CompletionAnswers::read(const std::string& plugin_id, const std::string& text) const {
  if (text.size() > kBytesMax) {
    return fail(ErrorCode::too_large, "llm.complete: {} bytes, {} are allowed", text.size(), kBytesMax);
  }
  CHELA_TRY(auto params, protocol::read_llm_complete_params(text));
  if (params.messages.empty() || params.messages.size() > kMessagesMax) {
    return fail(ErrorCode::invalid_argument, "llm.complete: expected 1 to {} messages", kMessagesMax);
  }
  Asked out;
  auto wanted = params.model.value_or("");
  CHELA_TRY(out.model, sources_.models.resolve(wanted));
  if (out.model.text() != sources_.models.default_model().text()) {
    CHELA_CHECK(check_model(sources_.configuration.current(), plugin_id, out.model));
  }
  for (const auto& message : params.messages) {
    CHELA_TRY(auto made, message_of(message));
    out.input.messages.push_back(std::move(made));
  }
  out.input.service = sources_.models.find_service(out.model.service);
  if (!out.input.service) return fail(ErrorCode::unavailable, "llm.complete: there is no service {}", out.model.service);
  out.input.model = out.model.model;
  out.input.options = options_of(object_of(params.options.empty() ? "{}" : params.options));
  out.timeout = kTimeout;
  if (params.timeout_ms) {
    auto most = static_cast<std::uint64_t>(std::chrono::milliseconds(kTimeoutMax).count());
    out.timeout = std::chrono::milliseconds(std::clamp<std::uint64_t>(*params.timeout_ms, 1, most));
  }
  out.input.silence_max = out.timeout;
  return out;
}

void CompletionAnswers::complete(const plugins::Manifest& plugin, rpc::Request request) {
  auto& open = open_[plugin.id];
  if (open >= kOpenMax) {
    return request.fail({ErrorCode::exhausted, fmt::format("llm.complete: plugin {} has {} open already", plugin.id, open)});
  }
  auto asked = read(plugin.id, request.params());
  if (!asked) return request.fail(asked.error());
  ++open;
  sources_.loop.spawn("llm.complete", run(*this, plugin.id, std::move(*asked), std::move(request)));
}

Task<Result<void>> CompletionAnswers::run(CompletionAnswers& self, std::string plugin_id, Asked asked,
                                          rpc::Request request) {
  auto& loop = self.sources_.loop;
  // A copy: the catalogue may be made anew meanwhile.
  const auto service = *asked.input.service;
  asked.input.service = &service;
  CancelSource stop(request.cancelled());
  bool late = false;
  Timer deadline(loop.timers(), [&] {
    late = true;
    stop.cancel();
  });
  deadline.arm_after(asked.timeout);
  Nobody nobody;
  auto completing = runtime::complete(loop, self.sources_.plugins, std::move(asked.input), nobody, stop.token());
  auto done = co_await std::move(completing);
  --self.open_[plugin_id];
  if (!done) {
    request.fail(late ? Error{ErrorCode::timed_out, "llm.complete: the model did not answer in time"} : done.error().error);
    co_return Result<void>{};
  }
  protocol::LlmCompleteResult result{.text = std::move(done->text),
                                     .usage = fmt::format(R"({{"input":{},"output":{}}})", done->usage.input_tokens,
                                                          done->usage.output_tokens),
                                     .stop_reason = done->stop_reason,
                                     .model = asked.model.text()};
  request.answer(to_json(result));
  co_return Result<void>{};
}

}  // namespace chela::app
