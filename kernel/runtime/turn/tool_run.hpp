#pragma once

// One call of one tool, past everybody who has a say in it: what the operator allows, the schema of its arguments, and
// the plugins that watch over tools. Loop thread only.

#include "kernel/runtime/turn/turn.hpp"
#include "kernel/runtime/turn/turn_hooks.hpp"
#include "kernel/runtime/turn/turn_tools.hpp"

namespace chela::runtime {

// For whom it runs; everything outlives the call.
struct ToolRun {
  const TurnEnvironment& environment;
  const TurnInput& input;
  const TurnTools& tools;
  TurnHooks* hooks;  // null: nobody watches
  TurnObserver& observer;
};

// Always ends with an outcome, which the observer is told.
Task<ToolOutcome> run_tool(ToolRun run, ToolCallRequest call, CancelToken cancel);

// The same without a model: for a command that is the call of a tool. `input` says who asked; its messages are none.
Task<ToolOutcome> run_single_tool(const TurnEnvironment& environment, TurnInput input, ToolCallRequest call,
                                  TurnObserver& observer, CancelToken cancel);

}  // namespace chela::runtime
