#include "kernel/gateway/openai_turn.hpp"

#include "kernel/core/base/random.hpp"

namespace chela::gateway {

using runtime::EventType;

// A turn without a session: nothing of it is kept.
class OpenAiTurn::Alone final : public runtime::TurnObserver {
 public:
  explicit Alone(const CancelToken& shutdown) : stop_(shutdown) {}

  void on_text(std::string_view piece) override {
    queue_.push({EventType::assistant_chunk, std::string(piece), {}, {}});
  }
  void on_reasoning(std::string_view piece) override {
    queue_.push({EventType::reasoning_chunk, std::string(piece), {}, {}});
  }
  void on_tool_start(const runtime::ToolCallRequest&) override {}
  void on_tool_progress(const std::string&, std::string_view) override {}
  void on_tool_result(const runtime::ToolOutcome&) override {}
  void on_assistant_message(const runtime::Message&, const runtime::CompletionResult&) override {}
  void on_tool_message(const runtime::Message&, const runtime::ToolOutcome&) override {}

  static Task<Result<void>> run(std::shared_ptr<Alone> self, const runtime::TurnEnvironment& environment,
                                runtime::TurnInput input) {
    auto result = co_await runtime::run_turn(environment, std::move(input), *self, self->stop_.token());
    auto text = result.text;
    self->queue_.push({EventType::assistant_done,
                       std::move(text),
                       {},
                       std::make_shared<const runtime::TurnResult>(std::move(result))});
    co_return Result<void>{};
  }
  void stop() { stop_.cancel(); }
  EventQueue& queue() { return queue_; }

 private:
  CancelSource stop_;
  EventQueue queue_;
};

Task<Result<std::unique_ptr<OpenAiTurn>>> OpenAiTurn::start(Context& context, OpenAiRequest request,
                                                            policy::Principal principal) {
  CHELA_CO_TRY(auto model, context.models.resolve(request.model));
  std::unique_ptr<OpenAiTurn> turn(new OpenAiTurn);
  turn->model_ = model.text();
  if (request.session.empty()) {
    turn->alone_ = std::make_shared<Alone>(context.loop.shutdown_token());
    runtime::TurnInput input{.id = random_hex(12), .origin = "openai-http", .model = turn->model_,
                             .messages = std::move(request.messages), .options = std::move(request.options),
                             .client_tools = std::move(request.tools)};
    context.loop.spawn("openai turn", Alone::run(turn->alone_, context.sessions.environment().turn, std::move(input)));
    co_return turn;
  }
  CHELA_CO_TRY(auto session,
               co_await context.sessions.open(request.session, {.channel = "openai-http", .peer = principal.key}));
  auto message_id = "msg-" + random_hex(16);
  turn->in_session_ = std::make_unique<MessageEvents>(session, message_id);
  runtime::NewMessage message{.text = std::move(request.last_user_text),
                              .message_id = message_id,
                              .model = turn->model_,
                              .options = std::move(request.options),
                              .client_tools = std::move(request.tools),
                              .answers = std::move(request.answers),
                              .sender = {principal.key, true}};
  CHELA_CO_CHECK(co_await session->submit(std::move(message)));
  co_return turn;
}

OpenAiTurn::~OpenAiTurn() {
  if (alone_) alone_->stop();
}

EventQueue::Next OpenAiTurn::next(const CancelToken& cancel) {
  auto& queue = alone_ ? alone_->queue() : in_session_->queue();
  return queue.next(cancel);
}

bool ended_badly(const runtime::TurnResult& result) {
  return result.error &&
         (result.finish_reason == "error" || result.finish_reason == "cancelled" || result.text.empty());
}

}  // namespace chela::gateway
