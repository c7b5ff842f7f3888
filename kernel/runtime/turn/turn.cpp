#include "kernel/runtime/turn/turn.hpp"

#include <algorithm>
#include <cctype>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/join.hpp"
#include "kernel/runtime/turn/retry.hpp"
#include "kernel/runtime/turn/tool_run.hpp"
#include "kernel/runtime/turn/turn_context.hpp"
#include "kernel/runtime/turn/turn_skills.hpp"

namespace chela::runtime {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr std::string_view kParagraph = "\n\n";

std::uint64_t context_window_of(const Service& service, const ModelRef& model) {
  auto known = std::ranges::find(service.models, model.model, &Model::id);
  return known == service.models.end() ? 0 : known->context_window;
}

// The state of one running turn. Lives in run_turn()'s frame.
class Turn final : CompletionListener {
 public:
  Turn(const TurnEnvironment& environment, TurnInput input, TurnObserver& observer, CancelToken cancel)
      : environment_(environment),
        input_(std::move(input)),
        observer_(observer),
        tools_(environment_, input_),
        hooks_(TurnHooks::create(environment_, input_)),
        context_(TurnContext::create(environment_, input_)),
        stop_(cancel),
        deadline_(environment.loop.timers(), [this] { on_deadline(); }) {
    deadline_.arm_after(environment.limits.time_max);
  }

  Task<TurnResult> run();

 private:
  void on_text(std::string_view piece) override {
    // What is said after a tool's result is a paragraph of its own, unless the model left room itself.
    if (std::exchange(paragraph_due_, false) && !result_.text.empty() &&
        !std::isspace(static_cast<unsigned char>(result_.text.back()))) {
      result_.text += kParagraph;
      observer_.on_text(kParagraph);
    }
    result_.text += piece;
    observer_.on_text(piece);
  }
  void on_reasoning(std::string_view piece) override { observer_.on_reasoning(piece); }
  void on_deadline() {
    out_of_time_ = true;
    stop_.cancel();
  }

  // Not inlined, none of them: a compiler that sees through an await puts the frame of what is awaited into the frame of
  // the turn, for good, and a turn that waits for its model would hold the frames of all tools that it may call.
  [[gnu::noinline]] Task<CompletionOutcome> ask(const Service* service);
  // Tools of factories, skills, the conversation's context, and the plugins that want a word before the model is asked. False when the turn is over.
  [[gnu::noinline]] Task<bool> prepare();
  [[gnu::noinline]] Task<bool> pass_hooks_before();
  // False when the turn is over.
  [[gnu::noinline]] Task<bool> act(CompletionResult completion);
  [[gnu::noinline]] Task<std::vector<ToolOutcome>> run_tools(std::vector<ToolCallRequest> calls);
  bool over_limit();
  void count(const Usage& usage);
  void say(std::string text);
  void end(std::string finish_reason, std::optional<Error> error = {});
  void fail_with(CompletionFailure failure);

  const TurnEnvironment& environment_;
  TurnInput input_;
  TurnObserver& observer_;
  TurnTools tools_;
  std::unique_ptr<TurnHooks> hooks_;      // null when nobody listens
  std::unique_ptr<TurnContext> context_;  // null when there is neither memory nor context engine
  std::unique_ptr<TurnSkills> skills_;    // null when the agent is offered none
  CancelSource stop_;
  Timer deadline_;
  bool out_of_time_ = false;
  bool paragraph_due_ = false;
  TurnResult result_;
  std::vector<Message> messages_;
};

void Turn::end(std::string finish_reason, std::optional<Error> error) {
  result_.finish_reason = std::move(finish_reason);
  result_.error = std::move(error);
}

void Turn::count(const Usage& usage) {
  result_.usage.input_tokens += usage.input_tokens;
  result_.usage.output_tokens += usage.output_tokens;
  result_.usage.cached_input_tokens += usage.cached_input_tokens;
  result_.usage.reasoning_tokens += usage.reasoning_tokens;
}

bool Turn::over_limit() {
  const auto& limits = environment_.limits;
  auto tokens = result_.usage.input_tokens + result_.usage.output_tokens;
  if (result_.completions >= limits.iterations_max) {
    end("limit",
        Error{ErrorCode::exhausted, fmt::format("the turn used all of its {} steps; ask for less at once, or raise "
                                                "agents.defaults.maxToolRounds",
                                                limits.iterations_max)});
  } else if (limits.tokens_max != 0 && tokens >= limits.tokens_max) {
    end("limit",
        Error{ErrorCode::exhausted, fmt::format("the turn used {} of {} tokens; raise agents.defaults.maxTurnTokens",
                                                tokens, limits.tokens_max)});
  } else {
    return false;
  }
  return true;
}

Task<CompletionOutcome> Turn::ask(const Service* service) {
  ++result_.completions;
  paragraph_due_ = true;
  if (hooks_ && result_.completions == 1) hooks_->tell_input(messages_, tools_.offered());
  for (int attempt = 1;; ++attempt) {
    auto started = environment_.loop.now();
    if (hooks_) hooks_->tell_call_started(result_.completions);
    CompletionInput request{.service = service, .model = result_.model.model, .messages = messages_,
                            .tools = tools_.offered(), .options = input_.options,
                            .silence_max = environment_.limits.silence_max};
    auto outcome = co_await complete(environment_.loop, environment_.plugins, std::move(request), *this, stop_.token());
    if (hooks_) {
      hooks_->tell_call_ended(result_.completions, environment_.loop.now() - started,
                              outcome ? nullptr : &outcome.error().error);
    }
    if (outcome) co_return outcome;
    if (context_ && context_->may_shorten(outcome.error())) {
      auto shorter = co_await context_->shorten(messages_, stop_.token());
      if (shorter) continue;
    }
    auto pause = pause_before_retry(outcome.error(), attempt, random_fraction());
    if (!pause) co_return outcome;
    ++environment_.totals.retried_completions;
    environment_.logger.warning("[{}] {}: {}; asking again in {} ms", input_.id, result_.model.text(),
                                outcome.error().error.message, duration_cast<milliseconds>(*pause).count());
    auto slept = co_await sleep_until(environment_.loop, environment_.loop.now() + *pause, stop_.token());
    if (!slept) co_return std::unexpected(CompletionFailure{std::move(slept.error()), {}, {}});
  }
}

// Side by side when every tool called says that it may, else one after the other; results in the order of the calls.
Task<std::vector<ToolOutcome>> Turn::run_tools(std::vector<ToolCallRequest> calls) {
  bool parallel = std::ranges::all_of(calls, [&](const ToolCallRequest& call) {
    auto tool = tools_.find(call.name);
    return !tool || tool->parallel;
  });
  ToolRun run{environment_, input_, tools_, hooks_.get(), observer_};
  std::vector<ToolOutcome> outcomes;
  if (parallel) {
    std::vector<Task<ToolOutcome>> running;
    for (auto& call : calls) running.push_back(run_tool(run, std::move(call), stop_.token()));
    co_return co_await join_all(std::move(running));
  }
  for (auto& call : calls) {
    auto outcome = co_await run_tool(run, std::move(call), stop_.token());
    outcomes.push_back(std::move(outcome));
  }
  co_return outcomes;
}

Task<bool> Turn::act(CompletionResult completion) {
  auto& calls = completion.tool_calls;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    // Some services give no ids; the conversation needs them.
    if (calls[i].id.empty()) calls[i].id = fmt::format("call_{}_{}_{}", input_.id, result_.completions, i);
  }
  bool too_many = calls.size() > static_cast<std::size_t>(environment_.limits.tool_calls_max);
  auto called = too_many ? std::exchange(calls, {}).size() : calls.size();
  if (!too_many || !completion.text.empty()) {  // calls that will not be answered do not belong into the conversation
    auto message = assistant_message(completion.text, calls);
    messages_.push_back(message);
    if (hooks_) message = co_await hooks_->keep_message(std::move(message), stop_.token());
    if (message) observer_.on_assistant_message(message, completion);
  }
  if (too_many) {
    end("limit", Error{ErrorCode::exhausted, fmt::format("the model called {} tools at once, {} are allowed", called,
                                                         environment_.limits.tool_calls_max)});
    co_return false;
  }
  if (calls.empty()) {
    bool complete = completion.stop_reason.empty() || completion.stop_reason == "stop";
    if (hooks_ && complete) {
      auto instruction = co_await hooks_->revise(messages_, stop_.token());
      if (instruction) messages_.push_back(user_message(*instruction));
      if (instruction) co_return true;
    }
    end(completion.stop_reason.empty() ? "stop" : completion.stop_reason);
    co_return false;
  }
  auto is_client_call = [&](const ToolCallRequest& call) { return tools_.is_client_tool(call.name); };
  std::ranges::copy_if(calls, std::back_inserter(result_.client_tool_calls), is_client_call);
  std::erase_if(calls, is_client_call);
  auto outcomes = co_await run_tools(std::move(calls));
  for (const auto& outcome : outcomes) {
    ++result_.tool_calls;
    result_.failed_tool_calls += outcome.status != ToolStatus::completed;
    auto message = tool_message(outcome.call.id, outcome.text);
    messages_.push_back(message);
    if (hooks_) message = co_await hooks_->keep_tool_message(std::move(message), outcome.call, stop_.token());
    if (message) observer_.on_tool_message(message, outcome);
  }
  if (result_.client_tool_calls.empty()) co_return true;
  end("tool_calls");
  co_return false;
}

void Turn::fail_with(CompletionFailure failure) {
  count(failure.partial.usage);
  if (!failure.partial.text.empty()) {
    // What was said stays said: the calls that it may have begun are dropped, for their arguments are not whole.
    observer_.on_assistant_message(assistant_message(failure.partial.text, {}), failure.partial);
  }
  if (out_of_time_) {
    auto seconds = duration_cast<std::chrono::seconds>(environment_.limits.time_max).count();
    return end("limit",
               Error{ErrorCode::timed_out,
                     fmt::format("the turn took longer than {} s; raise agents.defaults.timeoutSeconds", seconds)});
  }
  if (failure.error.code == ErrorCode::cancelled) return end("cancelled", std::move(failure.error));
  environment_.logger.warning("[{}] {}: {}", input_.id, result_.model.text(), failure.error.message);
  end("error", std::move(failure.error));
}

// What a plugin says in the model's stead.
void Turn::say(std::string text) {
  CompletionResult said{.text = std::move(text), .stop_reason = "stop"};
  messages_.push_back(assistant_message(said.text, {}));
  if (!said.text.empty()) on_text(said.text);
  observer_.on_assistant_message(messages_.back(), said);
  end("stop");
}

Task<bool> Turn::pass_hooks_before() {
  auto reply = co_await hooks_->claim_reply(stop_.token());
  if (reply) {
    say(std::move(*reply));
    co_return false;
  }
  auto allowed = co_await hooks_->build_prompt(messages_, stop_.token());
  if (allowed) tools_.allow_only(std::move(*allowed));
  auto refused = co_await hooks_->refuse_run(messages_, stop_.token());
  if (refused) end("error", std::move(*refused));
  co_return !refused;
}

Task<bool> Turn::prepare() {
  if (tools_.has_factories()) co_await tools_.make();
  if (skills_) skills_->prepare(messages_.front(), tools_);
  if (context_) co_await context_->prepare(messages_, tools_.names(), stop_.token());
  if (!hooks_) co_return true;
  co_return co_await pass_hooks_before();
}

Task<TurnResult> Turn::run() {
  auto started = environment_.loop.now();
  environment_.logger.debug("[{}] Turn start {}", input_.id, input_.origin);
  if (hooks_) input_.model = co_await hooks_->choose_model(input_.model, stop_.token());
  auto model = environment_.models.resolve(input_.model);
  if (!model) {
    end("error", std::move(model.error()));
    co_return std::move(result_);
  }
  result_.model = std::move(*model);
  if (hooks_) hooks_->set_model(result_.model);
  // A copy: the catalog may change while the turn runs.
  const Service service = *environment_.models.find_service(result_.model.service);
  if (context_) context_->set_model(result_.model, service);
  if (environment_.skills && !environment_.skills->is_current()) co_await environment_.skills->refresh();
  skills_ = TurnSkills::create(environment_, input_, context_window_of(service, result_.model));
  auto system = co_await environment_.context.system_message();
  messages_.push_back(std::move(system));
  std::ranges::move(input_.messages, std::back_inserter(messages_));

  bool more = true;
  if (hooks_ || context_ || skills_ || tools_.has_factories()) more = co_await prepare();
  while (more && !over_limit()) {
    if (stop_.cancelled()) {
      fail_with({Error{ErrorCode::cancelled, "cancelled"}, {}, {}});
      break;
    }
    auto outcome = co_await ask(&service);
    if (!outcome) {
      fail_with(std::move(outcome.error()));
      break;
    }
    count(outcome->usage);
    more = co_await act(std::move(*outcome));
  }
  if (hooks_) hooks_->tell_end(result_, messages_, environment_.loop.now() - started);
  if (context_ && !result_.error) context_->tell_end(messages_);
  auto& totals = environment_.totals;
  ++totals.turns;
  totals.completions += static_cast<std::uint64_t>(result_.completions);
  totals.failed_completions += result_.finish_reason == "error";
  totals.input_tokens += result_.usage.input_tokens;
  totals.output_tokens += result_.usage.output_tokens;
  totals.tool_calls += static_cast<std::uint64_t>(result_.tool_calls);
  totals.failed_tool_calls += static_cast<std::uint64_t>(result_.failed_tool_calls);
  environment_.logger.info("[{}] Turn complete: {} model={} llm={} tokens={}in/{}out tools={} toolFails={} {} in {} ms",
                           input_.id, input_.origin, result_.model.text(), result_.completions,
                           result_.usage.input_tokens, result_.usage.output_tokens, result_.tool_calls,
                           result_.failed_tool_calls, result_.finish_reason,
                           duration_cast<milliseconds>(environment_.loop.now() - started).count());
  co_return std::move(result_);
}

}  // namespace

std::string_view name_of(ToolStatus status) {
  constexpr std::string_view kNames[] = {"completed", "failed", "blocked"};
  return kNames[static_cast<std::size_t>(status)];
}

Task<TurnResult> run_turn(const TurnEnvironment& environment, TurnInput input, TurnObserver& observer,
                          CancelToken cancel) {
  Turn turn(environment, std::move(input), observer, std::move(cancel));
  co_return co_await turn.run();
}

}  // namespace chela::runtime
