#include "kernel/runtime/context/context_engine.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kBegunMax = 4'096;  // beyond it sessions are bootstrapped once more, which does no harm

Json place_of(const EngineTurn& turn) {
  Json out = {{"sessionId", turn.session_id}, {"sessionKey", turn.session_id}};
  if (turn.token_budget != 0) out["tokenBudget"] = turn.token_budget;
  return out;
}

Json with_runtime(Json place, const EngineTurn& turn) {
  place["runtimeContext"] = {{"cwd", turn.workspace}, {"workspaceDir", turn.workspace}, {"agentId", turn.agent}};
  return place;
}

}  // namespace

ContextEngine::ContextEngine(Loop& loop, log::Logger logger, plugins::PluginSet& plugins)
    : loop_(loop), logger_(std::move(logger)), plugins_(plugins) {}

void ContextEngine::set_holder(std::optional<SlotHolder> holder) {
  if (holder == holder_) return;
  holder_ = std::move(holder);
  known_.reset();
  patience_.worked();
  problem_.clear();
}

void ContextEngine::failed(std::string_view what, const Error& error) {
  if (error.code == ErrorCode::cancelled || !holder_) return;
  problem_ = fmt::format("plugin {}: its context engine {} failed at {}: {}; the conversation goes on with the gateway's "
                         "own history", holder_->plugin_id, holder_->id, what, error.message);
  logger_.warning("{}", problem_);
  if (patience_.failed(loop_.now())) {
    logger_.warning("plugin {}: its context engine {} is left alone for {} minutes", holder_->plugin_id, holder_->id,
                    std::chrono::duration_cast<std::chrono::minutes>(Patience::kRest).count());
  }
}

Task<Result<ContextEngine::Running>> ContextEngine::get_running(CancelToken cancel) {
  if (!holder_) co_return fail(ErrorCode::not_found, "there is none");
  auto holder = *holder_;
  CHELA_CO_TRY(auto instance, co_await plugins_.activate(holder.plugin_id));
  if (known_.lock() == instance) co_return Running{std::move(instance), shape_, std::move(holder)};
  CHELA_CO_TRY(auto shape, co_await describe_engine(loop_, plugins_, instance, holder, std::move(cancel)));
  if (auto need = shape.unmet_need(); !need.empty()) {
    co_return fail(ErrorCode::unsupported, "it needs \"{}\", which this gateway does not have", need);
  }
  known_ = instance;
  shape_ = shape;
  begun_.clear();
  co_return Running{std::move(instance), std::move(shape), std::move(holder)};
}

Task<Result<std::string>> ContextEngine::call(Running running, std::string function, std::string argument,
                                              Duration timeout, CancelToken cancel) {
  running.holder.path = std::move(function);
  co_return co_await call_engine(loop_, plugins_, std::move(running.instance), std::move(running.holder),
                                 std::move(argument), timeout, std::move(cancel));
}

// One that fails is no reason not to ask the engine: it may know the session already.
Task<void> ContextEngine::bootstrap(Running running, EngineTurn turn, CancelToken cancel) {
  if (begun_.contains(turn.session_id)) co_return;
  if (begun_.size() >= kBegunMax) begun_.clear();
  begun_.insert(turn.session_id);
  if (!running.shape.has("bootstrap")) co_return;
  auto place = with_runtime(place_of(turn), turn);
  place["sessionFile"] = "";  // conversations are in the gateway's store
  auto done = co_await call(std::move(running), "bootstrap", json_text(place), kBootstrapTime, std::move(cancel));
  if (!done && done.error().code != ErrorCode::not_found) {
    logger_.warning("{}: the engine is asked all the same", done.error().message);
  }
}

// It may only tidy up its own store: transcripts are not rewritten here.
Task<void> ContextEngine::maintain(EngineTurn turn) {
  auto running = co_await get_running(loop_.shutdown_token());
  if (!running || !running->shape.functions || !running->shape.has("maintain")) co_return;
  auto place = with_runtime(place_of(turn), turn);
  place["sessionFile"] = "";
  place["$signal"] = true;
  auto done = co_await call(std::move(*running), "maintain", json_text(place), kAfterTime, loop_.shutdown_token());
  if (!done) logger_.warning("{}", done.error().message);
}

Task<Result<AssembledContext>> ContextEngine::try_assemble(EngineTurn turn, CancelToken cancel) {
  CHELA_CO_TRY(auto running, co_await get_running(cancel));
  co_await bootstrap(running, turn, cancel);
  auto place = with_runtime(place_of(turn), turn);
  place["availableTools"] = turn.tools;
  place["model"] = turn.model;
  place["prompt"] = turn.prompt;
  auto argument = with_list(json_text(place), "messages", turn.history);
  const auto holder = running.holder;
  auto answer = co_await call(std::move(running), "assemble", std::move(argument), kAssembleTime, std::move(cancel));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  auto said = parse_json(*answer, kDepthMax);
  if (!said) co_return fail(ErrorCode::protocol, "its answer {}", said.error().message);
  auto messages = said->is_object() ? said->find("messages") : said->end();
  if (!said->is_object() || messages == said->end() || !messages->is_array()) {
    co_return fail(ErrorCode::protocol, "its answer has no list of messages");
  }
  AssembledContext out{std::make_shared<const Json>(std::move(*messages)), {}};
  auto added = text_of(*said, "systemPromptAddition");
  if (!trim(added).empty()) {
    auto kept = cut_utf8(trim(added), kAdditionBytesMax);
    auto note = kept.size() < trim(added).size() ? "\n\n(cut: the engine says more)" : "";
    out.system_addition = fmt::format("(Said by the context engine {} of the plugin {}:)\n\n{}{}", holder.id,
                                      holder.plugin_id, kept, note);
  }
  co_return out;
}

Task<std::optional<AssembledContext>> ContextEngine::assemble(EngineTurn turn, CancelToken cancel) {
  if (is_left_alone()) co_return std::nullopt;
  if (auto before = telling_.find(turn.session_id); before != telling_.end()) {
    auto done = before->second;
    auto waited = co_await wait_for(loop_, *done, loop_.now() + kAfterTime, cancel);
    if (!waited && cancel.cancelled()) co_return std::nullopt;
  }
  auto assembled = co_await try_assemble(std::move(turn), std::move(cancel));
  if (!assembled) {
    failed("assemble", assembled.error());
    co_return std::nullopt;
  }
  patience_.worked();
  problem_.clear();
  co_return std::move(*assembled);
}

Task<Result<bool>> ContextEngine::try_compact(EngineTurn turn, CancelToken cancel) {
  CHELA_CO_TRY(auto running, co_await get_running(cancel));
  if (!running.shape.owns_compaction) co_return false;
  auto place = with_runtime(place_of(turn), turn);
  place["agentId"] = turn.agent;
  place["force"] = true;
  place["compactionTarget"] = "budget";
  place["$signal"] = true;
  auto answer = co_await call(std::move(running), "compact", json_text(place), kCompactTime, std::move(cancel));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  auto said = parse_json(*answer, kDepthMax);
  if (!said || !said->is_object()) co_return fail(ErrorCode::protocol, "its answer is no object");
  co_return said->value("ok", Json()) == true && said->value("compacted", Json()) == true;
}

Task<bool> ContextEngine::compact(EngineTurn turn, CancelToken cancel) {
  if (is_left_alone()) co_return false;
  auto compacted = co_await try_compact(std::move(turn), std::move(cancel));
  if (!compacted) failed("compact", compacted.error());
  co_return compacted && *compacted;
}

Task<Result<void>> ContextEngine::ingest_each(Running running, EngineTurn turn, std::vector<std::string> messages) {
  const auto until = loop_.now() + kAfterTime;
  for (const auto& message : messages) {
    if (loop_.now() >= until) co_return fail(ErrorCode::timed_out, "it has not taken all messages in its time");
    auto argument = json_text(place_of(turn));
    argument.pop_back();
    argument += R"(,"message":)" + message + "}";
    auto taken = co_await call(running, "ingest", std::move(argument), until - loop_.now(), loop_.shutdown_token());
    if (!taken) co_return std::unexpected(std::move(taken.error()));
  }
  co_return Result<void>{};
}

// Upstream's order: an engine with afterTurn takes the new messages in there itself.
Task<Result<void>> ContextEngine::tell(EngineTurn turn, std::vector<std::string> messages, std::size_t before) {
  CHELA_CO_TRY(auto running, co_await get_running(loop_.shutdown_token()));
  if (running.shape.has("afterTurn")) {
    auto place = with_runtime(place_of(turn), turn);
    place["sessionFile"] = "";
    place["prePromptMessageCount"] = before;
    auto told = co_await call(running, "afterTurn", with_list(json_text(place), "messages", messages), kAfterTime,
                              loop_.shutdown_token());
    if (told) co_return Result<void>{};
    if (told.error().code != ErrorCode::not_found) co_return std::unexpected(std::move(told.error()));
  }
  messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(std::min(before, messages.size())));
  if (messages.empty()) co_return Result<void>{};
  if (running.shape.has("ingestBatch")) {
    auto told = co_await call(running, "ingestBatch", with_list(json_text(place_of(turn)), "messages", messages),
                              kAfterTime, loop_.shutdown_token());
    if (told) co_return Result<void>{};
    if (told.error().code != ErrorCode::not_found) co_return std::unexpected(std::move(told.error()));
  }
  co_return co_await ingest_each(std::move(running), std::move(turn), std::move(messages));
}

Task<Result<void>> ContextEngine::tell_and_end(EngineTurn turn, std::vector<std::string> messages, std::size_t before,
                                               Done done) {
  auto session_id = turn.session_id;
  auto told = co_await tell(turn, std::move(messages), before);
  if (told) co_await maintain(std::move(turn));
  if (!told) failed("taking the turn in", told.error());
  if (auto entry = telling_.find(session_id); entry != telling_.end() && entry->second == done) telling_.erase(entry);
  done->set({});
  co_return Result<void>{};
}

void ContextEngine::tell_turn(EngineTurn turn, std::vector<std::string> messages, std::size_t before) {
  if (is_left_alone()) return;
  auto done = std::make_shared<Completion<Result<void>>>();
  telling_.insert_or_assign(turn.session_id, done);
  loop_.spawn("context engine: the turn of " + turn.session_id,
              tell_and_end(std::move(turn), std::move(messages), before, std::move(done)));
}

}  // namespace chela::runtime
