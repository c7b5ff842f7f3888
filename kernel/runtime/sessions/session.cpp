#include "kernel/runtime/sessions/session.hpp"

#include <algorithm>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/sessions/history.hpp"
#include "kernel/runtime/sessions/session_hooks.hpp"
#include "kernel/runtime/sessions/transcript.hpp"
#include "kernel/runtime/turn/turn_skills.hpp"

namespace chela::runtime {
namespace {

constexpr std::size_t kTitleBytesMax = 80;
constexpr std::size_t kPreviewBytesMax = 800;   // of arguments
constexpr std::size_t kResultBytesMax = 4'000;  // of a tool's result, as shown

std::string title_of(std::string_view text) {
  auto line = trim(text.substr(0, text.find('\n')));
  auto cut = cut_utf8(line, kTitleBytesMax);
  return cut.size() < line.size() ? std::string(cut) + "…" : std::string(cut);
}

// What is stored of a message before its turn begins. The client's id of it is on the last entry.
std::vector<Entry> entries_of(const NewMessage& message, const std::string& turn_id, std::int64_t now_ms) {
  std::vector<Entry> out;
  for (const auto& answer : message.answers) {
    out.push_back({.turn_id = turn_id, .role = "tool", .message = *answer, .detail = R"({"status":"completed"})",
                   .created_at_ms = now_ms});
  }
  if (!message.text.empty()) {
    out.push_back({.turn_id = turn_id, .role = "user", .message = *user_message(message.text),
                   .created_at_ms = now_ms});
  }
  out.back().client_message_id = message.message_id;
  return out;
}

std::string usage_json(const Usage& usage) {
  return fmt::format(R"({{"inputTokens":{},"outputTokens":{}}})", usage.input_tokens, usage.output_tokens);
}

}  // namespace

// The observer of the running turn: tells the listeners and collects what goes to disk.
class Session::Turning final : public TurnObserver {
 public:
  Turning(Session& session, std::string turn_id, std::string message_id)
      : session_(session), turn_id_(std::move(turn_id)), message_id_(std::move(message_id)) {}

  void on_text(std::string_view piece) override {
    if (piece.empty()) return;
    tell(EventType::assistant_chunk, {.text = piece}, [&](EventWriter& out) { out.text("text", piece); });
  }
  void on_reasoning(std::string_view piece) override {
    if (piece.empty()) return;
    tell(EventType::reasoning_chunk, {.text = piece}, [&](EventWriter& out) { out.text("text", piece); });
  }
  void on_tool_start(const ToolCallRequest& call) override {
    auto shown = cut_utf8(call.arguments, kPreviewBytesMax);
    auto preview = shown.size() < call.arguments.size() ? std::string(shown) + "…" : std::string(shown);
    tell(EventType::tool_start, {.call = &call}, [&](EventWriter& out) {
      out.text("toolCallId", call.id).text("toolName", call.name).text("argumentsPreview", preview);
    });
  }
  void on_tool_progress(const std::string& tool_call_id, std::string_view text) override {
    tell(EventType::tool_chunk, {.text = text},
         [&](EventWriter& out) { out.text("toolCallId", tool_call_id).text("text", text); });
  }
  void on_tool_result(const ToolOutcome& outcome) override {
    auto shown = cut_utf8(outcome.text, kResultBytesMax);
    auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(outcome.duration).count();
    tell(EventType::tool_result, {.text = shown}, [&](EventWriter& out) {
      out.text("toolCallId", outcome.call.id).text("toolName", outcome.call.name).text("text", shown);
      out.text("resultStatus", name_of(outcome.status)).number("durationMs", static_cast<std::uint64_t>(ms));
    });
  }
  void on_assistant_message(const Message& message, const CompletionResult& completion) override {
    record("assistant", message, assistant_detail(completion));
  }
  void on_tool_message(const Message& message, const ToolOutcome& outcome) override {
    record("tool", message, tool_detail(outcome));
    // What a tool did may not be forgotten when the process ends before the turn does.
    if (session_.discarded_) return;
    auto& environment = session_.environment_;
    auto storing = environment.store.add_entries(session_.summary_.id, take_entries());
    environment.turn.loop.spawn("store entries", note_failure(std::move(storing), store_failure_));
  }

  void on_command_answer(const std::string& command, std::string_view text, bool continued) {
    entries_.push_back({.turn_id = turn_id_, .role = "assistant", .message = *assistant_message(text, {}),
                        .detail = command_detail(command, continued),
                        .created_at_ms = session_.environment_.turn.loop.clock().unix_ms()});
  }

  // The answer of a plugin, in a turn's stead.
  TurnResult answer(std::string text) {
    CompletionResult said{.text = std::move(text), .stop_reason = "stop"};
    on_text(said.text);
    if (!said.text.empty()) on_assistant_message(assistant_message(said.text, {}), said);
    return {.finish_reason = "stop", .text = std::move(said.text)};
  }
  void tell(EventType type, SessionEvent facts, const std::function<void(EventWriter&)>& fill) {
    facts.message_id = message_id_;
    session_.emit(type, facts, fill);
  }
  // Puts what is left on disk, with the outcome. An error, too, when an entry of before did not get there.
  Task<Result<void>> finish(TurnRecord record) {
    if (session_.discarded_) co_return Result<void>{};
    auto storing = session_.environment_.store.finish_turn(session_.summary_.id, take_entries(), std::move(record));
    auto stored = co_await std::move(storing);
    if (stored && *store_failure_) stored = std::unexpected(std::move(**store_failure_));
    co_return stored;
  }

 private:
  using Failure = std::optional<Error>;

  static Task<Result<void>> note_failure(Task<Result<void>> storing, std::shared_ptr<Failure> failure) {
    auto stored = co_await std::move(storing);
    if (!stored && !*failure) *failure = stored.error();
    co_return stored;
  }
  std::vector<Entry> take_entries() { return std::exchange(entries_, {}); }
  void record(std::string role, const Message& message, std::string detail) {
    session_.history_.push_back(message);
    entries_.push_back({.turn_id = turn_id_, .role = std::move(role), .message = *message, .detail = std::move(detail),
                        .created_at_ms = session_.environment_.turn.loop.clock().unix_ms()});
  }

  Session& session_;
  std::string turn_id_;
  std::string message_id_;
  std::vector<Entry> entries_;
  std::shared_ptr<Failure> store_failure_ = std::make_shared<Failure>();  // the first; the tasks may outlive the turn
};

Session::Session(SessionEnvironment& environment, SessionSummary summary)
    : environment_(environment), summary_(std::move(summary)) {}

Session::Session(SessionEnvironment& environment, StoredSession stored)
    : Session(environment, std::move(stored.summary)) {
  // Events are not stored. Going on from the time makes sure that no number of before is taken for one of now.
  seq_ = static_cast<std::uint64_t>(environment.turn.loop.clock().unix_ms());
  history_ = history_of(stored.entries);
}

void Session::stop() {
  ++stops_;
  for (auto& queued : lane_) queued.stopped = true;
  if (stop_) stop_->cancel();
}

void Session::stop(std::string_view message_id) {
  for (auto& queued : lane_) queued.stopped = queued.stopped || queued.message.message_id == message_id;
  if (stop_ && running_message_ && *running_message_ == message_id) stop_->cancel();
}

void Session::discard() {
  discarded_ = true;
  stop();
}

std::vector<std::string> Session::open_turns() const {
  std::vector<std::string> out;
  if (!running_turn_.empty()) out.push_back(running_turn_);
  for (const auto& queued : lane_) out.push_back(queued.turn_id);
  out.insert(out.end(), arriving_.begin(), arriving_.end());
  return out;
}

bool Session::is_open(std::string_view message_id) const {
  return (running_message_ && *running_message_ == message_id) || std::ranges::any_of(lane_, [&](const Queued& queued) {
    return queued.message.message_id == message_id;
  });
}

Result<void> Session::check(NewMessage& message) const {
  if (discarded_) return fail(ErrorCode::not_found, "the session {} was deleted", summary_.id);
  auto bytes = message.text.size();
  for (const auto& answer : message.answers) bytes += answer->size();
  if (bytes > environment_.limits.message_bytes_max) {
    return fail(ErrorCode::too_large, "the message has {} bytes, {} are allowed", bytes,
                environment_.limits.message_bytes_max);
  }
  if (trim(message.text).empty()) message.text.clear();
  if (message.text.empty() && message.answers.empty()) {
    return fail(ErrorCode::invalid_argument, "the message is empty");
  }
  for (auto& answer : message.answers) {
    CHELA_TRY(answer, client_tool_message(*answer));
  }
  return {};
}

SessionSummary Session::summary_after(const NewMessage& message, std::int64_t now_ms) const {
  auto out = summary_;
  if (out.title.empty()) out.title = title_of(message.text);
  if (out.created_at_ms == 0) out.created_at_ms = now_ms;
  out.updated_at_ms = now_ms;
  out.message_count += message.text.empty() ? 1 : 2;  // with its answer
  return out;
}

Task<Result<Accepted>> Session::submit(NewMessage message) {
  auto self = shared_from_this();
  CHELA_CO_CHECK(check(message));
  if (message.message_id.empty()) message.message_id = "msg-" + random_hex(16);
  Accepted accepted{message.message_id, is_open(message.message_id)};
  if (accepted.duplicate) co_return accepted;
  if (auto waiting = lane_.size() + arriving_.size(); waiting >= environment_.limits.queued_messages_max) {
    co_return fail(ErrorCode::exhausted,
                   "{} messages wait in this session already; wait for an answer or stop the turn", waiting);
  }

  auto turn_id = random_hex(12);
  auto now_ms = environment_.turn.loop.clock().unix_ms();
  auto stops = stops_;
  arriving_.push_back(turn_id);
  // The same message may be on its way already: the store writes one of them and says so of the other.
  auto writing = environment_.store.add_message(summary_after(message, now_ms), entries_of(message, turn_id, now_ms));
  auto written = co_await std::move(writing);
  std::erase(arriving_, turn_id);
  if (!written) co_return std::unexpected(std::move(written.error()));
  if (discarded_) co_return fail(ErrorCode::not_found, "the session {} was deleted", summary_.id);
  accepted.duplicate = !*written;
  if (accepted.duplicate) co_return accepted;

  tell_accepted(environment_.turn.hooks, summary_, message, now_ms);
  summary_ = summary_after(message, now_ms);
  emit(EventType::message_accepted, {.message_id = accepted.message_id},
       [&](EventWriter& out) { out.text("messageId", accepted.message_id); });
  lane_.push_back({std::move(message), std::move(turn_id), stops != stops_});
  if (!running_) {
    running_ = true;
    environment_.turn.loop.spawn("lane " + summary_.id, run_lane());
  }
  co_return accepted;
}

Task<Result<void>> Session::run_lane() {
  auto self = shared_from_this();
  while (!lane_.empty()) {
    auto queued = std::move(lane_.front());
    lane_.pop_front();
    running_turn_ = queued.turn_id;
    running_message_ = std::make_shared<const std::string>(queued.message.message_id);
    co_await run_one(std::move(queued));
    running_turn_.clear();
    running_message_.reset();
  }
  running_ = false;
  co_return Result<void>{};
}

// What a command says is no part of what the model is given: people ask the gateway, not the agent.
Task<TurnResult> Session::run_called(const Queued& queued, CalledCommand called, Turning& turning, Call& call) {
  TurnResult result{.finish_reason = "stop"};
  const auto& turn = environment_.turn;
  auto name = called.command->name;
  std::function<void(std::string_view)> on_progress = [&](std::string_view piece) { turning.on_reasoning(piece); };
  CommandInput input{.command = std::move(called.command), .arguments = std::move(called.arguments),
                     .body = queued.message.words(), .sender = queued.message.sender,
                     .channel = summary_.identity.channel, .session_id = summary_.id,
                     .agent = summary_.identity.agent, .timeout = turn.limits.tool_timeout};
  auto running = run_command(turn.loop, turn.plugins, std::move(input), on_progress, stop_->token());
  auto said = co_await std::move(running);
  if (said) {
    call.go_on = said->continue_agent;
    call.agent_prefix = std::move(said->agent_prefix);
    if (!said->suppress_reply) result.text = std::move(said->text);
  } else {
    result.finish_reason = said.error().code == ErrorCode::cancelled ? "cancelled" : "error";
    result.error = std::move(said.error());
  }
  turning.on_text(result.text);
  if (!call.go_on || !result.text.empty()) turning.on_command_answer(name, result.text, call.go_on);
  co_return result;
}

// A message as the agent gets it: skills that it calls or names stand in front.
Result<std::string> Session::text_for_agent(const NewMessage& message, const Call& call) const {
  if (!call.agent_prefix.empty() || message.text.empty()) return call.agent_prefix + message.text;
  const auto& turn = environment_.turn;
  return expand_skill_references(turn.skills, summary_.identity.agent, message.text, turn.tools.find(kRead) != nullptr);
}

Task<TurnResult> Session::answer(Queued& queued, Turning& turning) {
  if (queued.stopped) stop_->cancel();
  Call call;
  std::string said;
  auto called = environment_.commands && queued.message.answers.empty()
                    ? environment_.commands->match(queued.message.words(), summary_.identity.channel)
                    : std::nullopt;
  if (called) {
    auto result = co_await run_called(queued, std::move(*called), turning, call);
    if (!call.go_on) co_return result;
    said = std::move(result.text);
    if (!said.empty()) turning.on_text("\n\n");
    if (!said.empty()) said += "\n\n";
  }
  auto text = text_for_agent(queued.message, call);
  if (!text) co_return TurnResult{.finish_reason = "error", .error = std::move(text.error())};
  for (const auto& answer : queued.message.answers) append_message(history_, answer);
  close_calls(history_);
  if (!text->empty()) history_.push_back(user_message(*text));
  const auto& limits = environment_.limits;
  trim_history(history_, limits.history_entries_max, limits.history_bytes_max);
  TurnInput input{.id = queued.turn_id,
                  .origin = "session=" + summary_.id,
                  .agent = summary_.identity.agent,
                  .session_id = summary_.id,
                  .channel = summary_.identity.channel,
                  .sender = summary_.identity.peer,
                  .model = queued.message.model,
                  .messages = history_,
                  .options = queued.message.options,
                  .client_tools = std::move(queued.message.client_tools)};
  std::optional<std::string> claimed;
  if (auto* hooks = environment_.turn.hooks; may_claim(hooks)) {
    claimed = co_await claim_dispatch(*hooks, summary_, queued.message.message_id, queued.message.text, stop_->token());
  }
  TurnResult result;
  if (claimed) {
    result = turning.answer(std::move(*claimed));
  } else {
    result = co_await run_turn(environment_.turn, std::move(input), turning, stop_->token());
  }
  result.text.insert(0, said);
  co_return result;
}

Task<void> Session::run_one(Queued queued) {
  stop_.emplace(environment_.turn.loop.shutdown_token());
  auto message_id = queued.message.message_id;
  Turning turning(*this, queued.turn_id, message_id);
  turning.tell(EventType::typing_start, {}, [](EventWriter&) {});
  auto result = co_await answer(queued, turning);

  TurnRecord record{.id = queued.turn_id, .finish_reason = result.finish_reason,
                    .error = result.error ? result.error->message : std::string(),
                    .input_tokens = result.usage.input_tokens, .output_tokens = result.usage.output_tokens,
                    .finished_at_ms = environment_.turn.loop.clock().unix_ms()};
  auto stored = co_await turning.finish(std::move(record));
  if (!stored && !discarded_) {
    result.finish_reason = "error";
    result.error = std::move(stored.error()).with_context("storing the answer");
  }
  if (result.error && result.finish_reason != "cancelled") {
    turning.tell(EventType::error, {.text = result.error->message}, [&](EventWriter& out) {
      out.text("code", name_of(result.error->code)).text("text", result.error->message);
    });
  }
  turning.tell(EventType::assistant_done, {.text = result.text, .result = &result}, [&](EventWriter& out) {
    out.text("text", result.text).text("finishReason", result.finish_reason).raw("usage", usage_json(result.usage));
  });
  turning.tell(EventType::typing_stop, {}, [](EventWriter&) {});
}

}  // namespace chela::runtime
