#include "kernel/runtime/models/completion.hpp"

#include <nlohmann/json.hpp>

#include "chela/ext/provider.h"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kErrorBytesMax = 4096;
constexpr std::size_t kModelListDepthMax = 16;

// The host's end of one completion. It keeps itself alive until the plugin has completed, since the plugin may call
// until then; the task that waits may be gone earlier. How many of a plugin do so for too long is limited
// (leftover_calls.hpp).
class Reception : public std::enable_shared_from_this<Reception> {
 public:
  struct End {
    chela_status status;
    std::string text;
    Duration retry_after;
  };

  Reception(Loop& loop, CompletionListener* listener, Duration silence_max, plugins::LeftoverCall leftover)
      : loop_(loop),
        listener_(listener),
        silence_max_(silence_max),
        leftover_(std::move(leftover)),
        watchdog_(loop.timers(), [this] { on_silence(); }) {
    completion_ = {sizeof(chela_completion), this,      &on_text,    &on_reasoning, &on_tool_call,
                   &on_tool_arguments,       &on_usage, &on_complete};
  }

  const chela_completion* completion() const { return &completion_; }
  Completion<End>& ended() { return ended_; }
  CompletionResult& result() { return result_; }

  void begin(std::move_only_function<void()> cancel_plugin) {
    until_completed_ = shared_from_this();
    cancel_plugin_ = std::move(cancel_plugin);
    alive();
  }
  // The plugin refused to start: it will not complete.
  void refused() { until_completed_.reset(); }
  // Nobody waits any more.
  void abandon() {
    listener_ = nullptr;
    ending_ = true;
    watchdog_.disarm();
    if (!until_completed_) return;
    leftover_.answered_for();
    if (cancel_plugin_) std::exchange(cancel_plugin_, nullptr)();
  }
  // The first end counts. The waiting task is told by the loop and not from here: it would go on, cancel or begin the
  // next completion inside the plugin's call, and plugins are never called twice at once.
  void end(End end) {
    if (std::exchange(ending_, true)) return;
    watchdog_.disarm();
    loop_.post([self = shared_from_this(), end = std::move(end)]() mutable { self->ended_.set(std::move(end)); });
  }

 private:
  static Reception& of(const chela_completion* completion) { return *static_cast<Reception*>(completion->context); }

  // Runs `action` on the loop thread: at once when the plugin calls from there.
  template <class Action>
  void on_loop(Action action) {
    if (loop_.on_loop_thread()) return action(*this);
    loop_.post([self = shared_from_this(), action = std::move(action)]() mutable { action(*self); });
  }

  // False when what has come does not count any more.
  bool take(std::size_t bytes) {
    if (ending_) return false;
    alive();
    received_ += bytes;
    if (received_ <= kCompletionBytesMax) return true;
    fail_with(CHELA_TOO_LARGE, "the provider sent more than 32 MiB in one completion");
    return false;
  }
  void alive() { watchdog_.arm_after(silence_max_); }
  void on_silence() { fail_with(CHELA_TIMED_OUT, "the provider was silent for too long"); }
  void fail_with(chela_status status, std::string text) { end({status, std::move(text), {}}); }
  bool is_begun(std::uint32_t index) const {
    return index < result_.tool_calls.size() && !result_.tool_calls[index].name.empty();
  }

  static void on_text(const chela_completion* completion, chela_str piece) {
    of(completion).on_loop([text = std::string(from_abi(piece))](Reception& self) {
      if (!self.take(text.size())) return;
      self.result_.text += text;
      if (self.listener_) self.listener_->on_text(text);
    });
  }
  static void on_reasoning(const chela_completion* completion, chela_str piece) {
    of(completion).on_loop([text = std::string(from_abi(piece))](Reception& self) {
      if (!self.take(text.size())) return;
      self.result_.reasoning += text;
      if (self.listener_) self.listener_->on_reasoning(text);
    });
  }
  static void on_tool_call(const chela_completion* completion, uint32_t index, chela_str id, chela_str name) {
    of(completion)
        .on_loop([index, id = std::string(from_abi(id)), name = std::string(from_abi(name))](Reception& self) {
          if (!self.take(id.size() + name.size())) return;
          if (name.empty()) return self.fail_with(CHELA_PROTOCOL, "a tool call without a name");
          if (index >= kToolCallsMax)
            return self.fail_with(CHELA_TOO_LARGE, "the model called more than 128 tools at once");
          auto& calls = self.result_.tool_calls;
          if (calls.size() <= index) calls.resize(index + 1);
          calls[index].id = id;
          calls[index].name = name;
          if (self.listener_) self.listener_->on_tool_call(index, id, name);
        });
  }
  static void on_tool_arguments(const chela_completion* completion, uint32_t index, chela_str piece) {
    of(completion).on_loop([index, text = std::string(from_abi(piece))](Reception& self) {
      if (!self.take(text.size())) return;
      if (!self.is_begun(index)) return self.fail_with(CHELA_PROTOCOL, "arguments for a tool call that was not begun");
      self.result_.tool_calls[index].arguments += text;
      if (self.listener_) self.listener_->on_tool_arguments(index, text);
    });
  }
  static void on_usage(const chela_completion* completion, const chela_usage* usage) {
    if (!usage || !CHELA_HAS(usage, chela_usage, reasoning_tokens)) return;
    of(completion).on_loop([copy = Usage{usage->input_tokens, usage->output_tokens, usage->cached_input_tokens,
                                         usage->reasoning_tokens}](Reception& self) {
      if (!self.take(0)) return;
      self.result_.usage = copy;
      if (self.listener_) self.listener_->on_usage(copy);
    });
  }
  static void on_complete(const chela_completion* completion, chela_status status, chela_str text,
                          uint64_t retry_after_ms) {
    auto shown = std::string(cut_utf8(from_abi(text), kErrorBytesMax));
    if (shown.empty() && status != CHELA_OK) shown = "the provider gave no reason";
    of(completion).on_loop([status, shown = std::move(shown), retry_after_ms](Reception& self) {
      auto last = std::move(self.until_completed_);
      if (!last) return;  // completed twice: the conformance kit catches it
      self.leftover_.completed();
      self.end({status, shown, std::chrono::milliseconds(std::min<uint64_t>(retry_after_ms, 86'400'000))});
      // A plugin that completes twice does so in one go: what it holds lives until it has returned.
      self.loop_.post([last = std::move(last)] {});
    });
  }

  Loop& loop_;
  CompletionListener* listener_;
  Duration silence_max_;
  plugins::LeftoverCall leftover_;
  Timer watchdog_;
  chela_completion completion_;
  Completion<End> ended_;
  CompletionResult result_;
  std::size_t received_ = 0;
  bool ending_ = false;  // nothing that comes counts any more
  std::move_only_function<void()> cancel_plugin_;
  std::shared_ptr<Reception> until_completed_;
};

// Abandons the reception however the waiting task ends, its own destruction included.
struct Abandon {
  std::shared_ptr<Reception> reception;
  ~Abandon() { reception->abandon(); }
};

std::vector<chela_str> views(const std::vector<std::shared_ptr<const std::string>>& texts) {
  std::vector<chela_str> out;
  out.reserve(texts.size());
  for (const auto& text : texts) out.push_back(to_abi(*text));
  return out;
}

Task<Result<std::shared_ptr<plugins::Instance>>> provider_for(plugins::PluginSet& plugins, const Service& service) {
  const auto* capability = plugins.registry().find("provider", service.api);
  if (!capability) {
    co_return fail(ErrorCode::not_found, "no plugin provides the format `{}` that service `{}` speaks", service.api,
                   service.id);
  }
  co_return co_await plugins.activate(capability->plugin_id);
}

Task<Result<Reception::End>> wait_until_ended(std::shared_ptr<Reception> reception, CancelToken cancel) {
  auto registration = cancel.on_cancel([&] { reception->end({CHELA_CANCELLED, "cancelled", {}}); });
  co_return co_await reception->ended().wait();
}

// Asks the provider to end call `id`; keeps its plugin alive until then.
std::move_only_function<void()> canceller(std::shared_ptr<plugins::Instance> instance,
                                          const chela_plugin_provider* provider, std::uint64_t id) {
  return [instance = std::move(instance), provider, id] {
    plugins::ErrorText error;
    plugins::guarded(error, [&] {
      if (CHELA_HAS(provider, chela_plugin_provider, cancel) && provider->cancel)
        provider->cancel(instance->plugin(), id);
      return CHELA_OK;
    });
  };
}

CompletionFailure failure(Error error) { return {std::move(error), {}, {}}; }

}  // namespace

void CompletionListener::on_tool_call(std::uint32_t, std::string_view, std::string_view) {}
void CompletionListener::on_tool_arguments(std::uint32_t, std::string_view) {}
void CompletionListener::on_usage(const Usage&) {}

Task<CompletionOutcome> complete(Loop& loop, plugins::PluginSet& plugins, CompletionInput input,
                                 CompletionListener& listener, CancelToken cancel) {
  auto instance = co_await provider_for(plugins, *input.service);
  if (!instance) co_return std::unexpected(failure(std::move(instance.error())));
  input.leftover = plugins.leftover_call((*instance)->manifest().id, next_call_id());
  co_return co_await complete(loop, std::move(*instance), std::move(input), listener, std::move(cancel));
}

Task<CompletionOutcome> complete(Loop& loop, std::shared_ptr<plugins::Instance> instance, CompletionInput input,
                                 CompletionListener& listener, CancelToken cancel) {
  const auto* provider = instance->extension<chela_plugin_provider>(CHELA_EXT_PROVIDER);
  if (!provider || !provider->complete) {
    co_return std::unexpected(failure({ErrorCode::protocol, "the provider plugin has no complete()"}));
  }
  if (auto going = cancel.check(); !going) co_return std::unexpected(failure(std::move(going.error())));

  auto leftover = input.leftover.value_or(plugins::LeftoverCall({}, next_call_id()));
  auto reception = std::make_shared<Reception>(loop, &listener, input.silence_max, leftover);
  Abandon abandon{reception};
  auto messages = views(input.messages);
  auto tools = views(input.tools);
  chela_completion_request request{sizeof(request), leftover.id(), to_abi(input.service->json), to_abi(input.model),
                                   messages.data(), messages.size(), tools.data(), tools.size(), to_abi(input.options)};
  reception->begin(canceller(instance, provider, request.call_id));
  plugins::ErrorText refusal;
  auto status = plugins::guarded(refusal, [&] {
    return provider->complete(instance->plugin(), &request, reception->completion(), refusal.sink());
  });
  if (status != CHELA_OK) {
    reception->refused();
    co_return std::unexpected(failure(refusal.error(input.service->id, status)));
  }
  auto end = co_await wait_until_ended(reception, cancel);
  auto result = std::move(reception->result());
  if (end->status != CHELA_OK) {
    Error error{plugins::to_error_code(end->status), std::move(end->text)};
    co_return std::unexpected(CompletionFailure{std::move(error), end->retry_after, std::move(result)});
  }
  result.stop_reason = std::move(end->text);
  std::erase_if(result.tool_calls,
                [](const ToolCallRequest& call) { return call.name.empty(); });  // gaps in the numbers
  co_return result;
}

Task<Result<std::vector<Model>>> list_models(Loop& loop, plugins::PluginSet& plugins, const Service& service,
                                             Duration timeout, CancelToken cancel) {
  CHELA_CO_TRY(auto instance, co_await provider_for(plugins, service));
  ListModelsInput input{&service, timeout, plugins.leftover_call(instance->manifest().id, next_call_id())};
  co_return co_await list_models(loop, std::move(instance), std::move(input), std::move(cancel));
}

Task<Result<std::vector<Model>>> list_models(Loop& loop, std::shared_ptr<plugins::Instance> instance,
                                             ListModelsInput input, CancelToken cancel) {
  const Service& service = *input.service;
  const auto* provider = instance->extension<chela_plugin_provider>(CHELA_EXT_PROVIDER);
  if (!provider || !CHELA_HAS(provider, chela_plugin_provider, list_models) || !provider->list_models) {
    co_return fail(ErrorCode::unsupported, "the format `{}` cannot list models", service.api);
  }
  auto leftover = input.leftover.value_or(plugins::LeftoverCall({}, next_call_id()));
  auto id = leftover.id();
  auto reception = std::make_shared<Reception>(loop, nullptr, input.timeout, leftover);
  Abandon abandon{reception};
  reception->begin(canceller(instance, provider, id));
  plugins::ErrorText refusal;
  auto status = plugins::guarded(refusal, [&] {
    return provider->list_models(instance->plugin(), id, to_abi(service.json), reception->completion(), refusal.sink());
  });
  if (status != CHELA_OK) {
    reception->refused();
    co_return std::unexpected(refusal.error(service.id, status));
  }
  auto end = co_await wait_until_ended(reception, cancel);
  if (end->status != CHELA_OK) co_return fail(plugins::to_error_code(end->status), "{}", end->text);
  std::vector<Model> models;
  auto list = parse_json(reception->result().text, kModelListDepthMax);
  if (!list || !list->is_array()) co_return fail(ErrorCode::protocol, "the list of models is not a JSON array");
  for (const auto& entry : *list) {
    if (!entry.is_object() || !entry.contains("id") || !entry["id"].is_string()) continue;
    auto window = entry.find("contextWindow");
    bool known = window != entry.end() && window->is_number_unsigned();
    models.push_back({entry["id"].get<std::string>(), {}, known ? window->get<std::uint64_t>() : 0});
  }
  co_return models;
}

}  // namespace chela::runtime
