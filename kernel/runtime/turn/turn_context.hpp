#pragma once

// What the memory and the context engine make of one turn. A turn has one only when there is either. Loop thread only.
// Part of the turn's state.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "kernel/runtime/context/context_plugins.hpp"
#include "kernel/runtime/turn/turn.hpp"

namespace chela::runtime {

class TurnContext {
 public:
  // Null when there is nobody to ask. `input` outlives it.
  static std::unique_ptr<TurnContext> create(const TurnEnvironment& environment, const TurnInput& input);
  TurnContext(const TurnEnvironment& environment, const TurnInput& input);

  void set_model(const ModelRef& model, const Service& service);
  // Changes `messages`, the system message being the first: the memory's section behind it, the engine's choice in the
  // place of what was said before this turn. `tools`: the names that the model is offered.
  Task<void> prepare(std::vector<Message>& messages, std::vector<std::string> tools, CancelToken cancel);

  // Whether the engine may be asked to make the conversation shorter: once, after the model found it too long.
  bool may_shorten(const CompletionFailure& failure) const;
  // True when it has.
  Task<bool> shorten(std::vector<Message>& messages, CancelToken cancel);

  // The turn went well; nobody waits.
  void tell_end(const std::vector<Message>& messages);

 private:
  Task<bool> assemble(std::vector<Message>& messages, CancelToken cancel);
  bool asks_engine() const { return plugins_.has_engine() && !turn_.session_id.empty(); }

  ContextPlugins& plugins_;
  const TurnEnvironment& environment_;
  const TurnInput& input_;
  EngineTurn turn_;
  std::vector<Message> given_;   // the conversation as the turn began, this turn's messages included
  std::size_t told_ = 0;         // of them, those that are older than this turn
  std::size_t history_ = 0;      // messages behind the system message that the engine answers for
  std::size_t added_at_ = 0;     // where what the turn adds begins
  bool shortened_ = false;
};

}  // namespace chela::runtime
