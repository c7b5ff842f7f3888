#pragma once

// What the memory has to say in the system prompt of one turn: asked of its plugin, checked and bounded. Loop thread only.

#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/context/slots.hpp"

namespace chela::runtime {

constexpr Duration kMemoryPromptTime = std::chrono::seconds(5);  // for one section; the start of its plugin not counted
constexpr std::size_t kMemoryPromptBytesMax = 16'000;            // of all sections together; the rest is cut with a note

struct MemoryPromptInput {
  std::vector<std::string> tools;  // that the model is offered, by name
  std::string agent;
  std::string session_id;          // empty: the conversation is not kept
};

// A list of lines, one text, or null for nothing. Error `protocol`: it is something else.
Result<std::string> read_prompt_lines(std::string_view json);

// The section with a heading that names the plugin; empty when the plugin has nothing to say.
Task<Result<std::string>> ask_prompt_section(Loop& loop, plugins::PluginSet& plugins, std::vector<SlotHolder> holders,
                                             MemoryPromptInput input, CancelToken cancel);

}  // namespace chela::runtime
