#include "kernel/runtime/sessions/session.hpp"

#include <algorithm>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/sessions/transcript.hpp"

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
    tell(EventType::assistant_chunk, {.text = piece}, [&](EventWriter& out) { out.text("text", piece); });
  }
  void on_reasoning(std::string_view piece) override {
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
    auto& environment = session_.environment_;
    environment.turn.loop.spawn("store entries", environment.store.add_entries(session_.summary_.id, take_entries()));
  }

  void tell(EventType type, SessionEvent facts, const std::function<void(EventWriter&)>& fill) {
    facts.message_id = message_id_;
    session_.emit(type, facts, fill);
  }
  std::vector<Entry> take_entries() { return std::exchange(entries_, {}); }

 private:
  void record(std::string role, const Message& message, std::string detail) {
    session_.history_.push_back(message);
    entries_.push_back({.turn_id = turn_id_, .role = std::move(role), .message = *message, .detail = std::move(detail),
                        .created_at_ms = session_.environment_.turn.loop.clock().unix_ms()});
  }

  Session& session_;
  std::string turn_id_;
  std::string message_id_;
  std::vector<Entry> entries_;
};

Session::Session(SessionEnvironment& environment, SessionSummary summary)
    : environment_(environment), summary_(std::move(summary)) {}

Session::Session(SessionEnvironment& environment, StoredSession stored)
    : Session(environment, std::move(stored.summary)) {
  // Events are not stored. Going on from the time makes sure that no number of before is taken for one of now.
  seq_ = static_cast<std::uint64_t>(environment.turn.loop.clock().unix_ms());
  history_ = history_of(stored.entries);
  for (auto& entry : stored.entries) {
    if (!entry.client_message_id.empty()) seen_message_ids_.insert(std::move(entry.client_message_id));
  }
}

void Session::remove_listener(SessionListener& listener) { std::erase(listeners_, &listener); }

void Session::stop() {
  for (auto& queued : lane_) queued.stopped = true;
  stop_.cancel();
}

Task<Result<Accepted>> Session::submit(NewMessage message) {
  auto self = shared_from_this();
  if (message.text.size() > environment_.limits.message_bytes_max) {
    co_return fail(ErrorCode::too_large, "the message has {} bytes, {} are allowed", message.text.size(),
                   environment_.limits.message_bytes_max);
  }
  if (trim(message.text).empty() && message.answers.empty()) co_return fail(ErrorCode::invalid_argument, "the message is empty");
  if (lane_.size() >= environment_.limits.queued_messages_max) {
    co_return fail(ErrorCode::exhausted, "{} messages wait in this session already; wait for an answer or stop the turn", lane_.size());
  }
  if (message.message_id.empty()) message.message_id = "msg-" + random_hex(16);
  Accepted accepted{message.message_id, !seen_message_ids_.insert(message.message_id).second};
  if (accepted.duplicate) co_return accepted;

  auto now = environment_.turn.loop.clock().unix_ms();
  auto turn_id = random_hex(12);
  if (summary_.title.empty()) summary_.title = title_of(message.text);
  if (summary_.created_at_ms == 0) summary_.created_at_ms = now;
  summary_.updated_at_ms = now;
  summary_.message_count += 2;  // with its answer
  Entry entry{.turn_id = turn_id, .role = "user", .message = *user_message(message.text),
              .client_message_id = message.message_id, .created_at_ms = now};
  auto written = co_await environment_.store.add_message(summary_, std::move(entry));
  if (!written) {
    seen_message_ids_.erase(accepted.message_id);  // it may be sent again
    co_return std::unexpected(std::move(written.error()));
  }
  accepted.duplicate = !*written;
  if (accepted.duplicate) co_return accepted;

  emit(EventType::message_accepted, {.message_id = accepted.message_id},
       [&](EventWriter& out) { out.text("messageId", accepted.message_id); });
  lane_.push_back({std::move(message), std::move(turn_id)});
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
    co_await run_one(std::move(queued));
  }
  running_ = false;
  co_return Result<void>{};
}

Task<void> Session::run_one(Queued queued) {
  stop_ = CancelSource(environment_.turn.loop.shutdown_token());
  auto message_id = queued.message.message_id;
  Turning turning(*this, queued.turn_id, message_id);
  turning.tell(EventType::typing_start, {}, [](EventWriter&) {});

  std::ranges::move(queued.message.answers, std::back_inserter(history_));
  if (!queued.message.text.empty()) history_.push_back(user_message(queued.message.text));
  trim_history();
  TurnInput input{.id = queued.turn_id, .origin = "session=" + summary_.id, .model = queued.message.model,
                  .messages = history_, .options = queued.message.options,
                  .client_tools = std::move(queued.message.client_tools)};
  if (queued.stopped) stop_.cancel();
  auto result = co_await run_turn(environment_.turn, std::move(input), turning, stop_.token());

  TurnRecord record{.id = queued.turn_id, .finish_reason = result.finish_reason,
                    .error = result.error ? result.error->message : std::string(),
                    .input_tokens = result.usage.input_tokens, .output_tokens = result.usage.output_tokens,
                    .finished_at_ms = environment_.turn.loop.clock().unix_ms()};
  auto stored = co_await environment_.store.finish_turn(summary_.id, turning.take_entries(), std::move(record));
  if (!stored) {
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

void Session::emit(EventType type, const SessionEvent& facts, const std::function<void(EventWriter&)>& fill) {
  std::string json;
  SessionEvent event = facts;
  event.type = type;
  event.seq = ++seq_;
  EventWriter writer(json, type, summary_.id, event.seq);
  if (type != EventType::message_accepted) writer.text("inReplyToMessageId", facts.message_id);
  fill(writer);
  writer.finish();
  event.json = json;
  // A listener may leave from inside the call: walk over a copy, skip who is gone.
  for (auto* listener : std::vector(listeners_)) {
    if (std::ranges::find(listeners_, listener) != listeners_.end()) listener->on_event(event);
  }
  keep(event.seq, std::move(json));
}

void Session::keep(std::uint64_t seq, std::string json) {
  kept_bytes_ += json.size();
  kept_.push_back({seq, std::make_shared<const std::string>(std::move(json))});
  while (kept_bytes_ > environment_.limits.kept_event_bytes_max) {
    kept_bytes_ -= kept_.front().json->size();
    kept_.pop_front();
  }
}

MissedEvents Session::events_after(std::uint64_t seq) const {
  auto oldest = kept_.empty() ? seq_ + 1 : kept_.front().seq;
  MissedEvents out{.complete = seq <= seq_ && seq + 1 >= oldest};
  for (const auto& event : kept_) {
    if (event.seq > seq) out.events.push_back(event.json);
  }
  return out;
}

// Cuts whole turns from the front: a tool's answer without its call would be refused by most services.
void Session::trim_history() {
  auto excess = history_.size() > environment_.limits.history_entries_max
                    ? history_.size() - environment_.limits.history_entries_max
                    : 0;
  auto is_user = [](const Message& message) { return message->starts_with(R"({"role":"user")"); };
  while (excess < history_.size() && excess > 0 && !is_user(history_[excess])) ++excess;
  history_.erase(history_.begin(), history_.begin() + static_cast<std::ptrdiff_t>(std::min(excess, history_.size())));
}

}  // namespace chela::runtime
