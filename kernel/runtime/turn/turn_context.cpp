#include "kernel/runtime/turn/turn_context.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/runtime/turn/engine_messages.hpp"
#include "kernel/runtime/turn/hook_message.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

std::string role_of(const Message& message) { return text_of(object_of(*message), "role"); }

std::vector<std::string> texts_of(const Json& messages) {
  std::vector<std::string> out;
  for (const auto& one : messages) out.push_back(json_text(one));
  return out;
}

// Where the last message of a role stands; the size when there is none.
std::size_t last_of(const std::vector<Message>& messages, std::string_view role) {
  auto found = std::find_if(messages.rbegin(), messages.rend(), [&](const auto& one) { return role_of(one) == role; });
  return found == messages.rend() ? messages.size() : static_cast<std::size_t>(messages.rend() - found) - 1;
}

}  // namespace

std::unique_ptr<TurnContext> TurnContext::create(const TurnEnvironment& environment, const TurnInput& input) {
  const auto* plugins = environment.context_plugins;
  if (!plugins || (!plugins->has_memory() && (!plugins->has_engine() || input.session_id.empty()))) return nullptr;
  return std::make_unique<TurnContext>(environment, input);
}

TurnContext::TurnContext(const TurnEnvironment& environment, const TurnInput& input)
    : plugins_(*environment.context_plugins), environment_(environment), input_(input) {
  turn_.session_id = input.session_id;
  turn_.agent = input.agent;
  turn_.workspace = environment.context.workspace().string();
}

void TurnContext::set_model(const ModelRef& model, const Service& service) {
  turn_.model = model.model;
  auto known = std::ranges::find(service.models, model.model, &Model::id);
  turn_.token_budget = known == service.models.end() ? 0 : known->context_window;
}

Task<bool> TurnContext::assemble(std::vector<Message>& messages, CancelToken cancel) {
  auto made = co_await plugins_.engine().assemble(turn_, std::move(cancel));
  if (!made) co_return false;
  auto chosen = read_engine_messages(*made->messages);
  if (!chosen) {
    plugins_.engine().failed("assemble", chosen.error());
    co_return false;
  }
  auto first = messages.begin() + 1;
  first = messages.erase(first, first + static_cast<std::ptrdiff_t>(history_));
  messages.insert(first, chosen->begin(), chosen->end());
  history_ = chosen->size();
  if (!shortened_) messages.front() = with_text_around(messages.front(), made->system_addition, "");
  co_return true;
}

Task<void> TurnContext::prepare(std::vector<Message>& messages, std::vector<std::string> tools, CancelToken cancel) {
  if (plugins_.has_memory()) {
    MemoryPromptInput input{.tools = tools, .agent = input_.agent, .session_id = input_.session_id};
    auto section = co_await plugins_.ask_memory(std::move(input), cancel);
    messages.front() = with_text_around(messages.front(), "", section);
  }
  if (!asks_engine()) co_return;
  given_.assign(messages.begin() + 1, messages.end());
  // What the person says now, and what belongs to it, is none of the engine's business before the turn is over.
  auto asked = last_of(given_, "user");
  if (asked == given_.size()) co_return;
  auto answered = last_of(given_, "assistant");
  told_ = answered == given_.size() ? 0 : answered + 1;
  history_ = asked;
  turn_.tools = std::move(tools);
  turn_.prompt = said_in(given_[asked]);
  turn_.history = texts_of(to_hook_messages(std::span(given_).first(asked)));
  co_await assemble(messages, std::move(cancel));
  added_at_ = messages.size();
}

bool TurnContext::may_shorten(const CompletionFailure& failure) const {
  return !shortened_ && added_at_ != 0 && plugins_.has_engine() && failure.error.code == ErrorCode::too_large &&
         failure.partial.text.empty() && failure.partial.tool_calls.empty();
}

Task<bool> TurnContext::shorten(std::vector<Message>& messages, CancelToken cancel) {
  shortened_ = true;
  auto compacted = co_await plugins_.engine().compact(turn_, cancel);
  if (!compacted) co_return false;
  const auto before = messages.size();
  auto assembled = co_await assemble(messages, std::move(cancel));
  added_at_ = added_at_ + messages.size() - before;
  environment_.logger.info("[{}] the context engine has made the conversation shorter", input_.id);
  co_return assembled;
}

void TurnContext::tell_end(const std::vector<Message>& messages) {
  if (added_at_ == 0 || !plugins_.has_engine()) return;
  auto all = std::move(given_);
  all.insert(all.end(), messages.begin() + static_cast<std::ptrdiff_t>(added_at_), messages.end());
  auto texts = texts_of(to_hook_messages(all));
  turn_.history.clear();
  plugins_.engine().tell_turn(std::move(turn_), std::move(texts), told_);
  added_at_ = 0;
}

}  // namespace chela::runtime
