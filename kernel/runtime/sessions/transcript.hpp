#pragma once

// Entries on disk, as the model is given them again and as people are shown them. Any thread.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/sessions/session_store.hpp"
#include "kernel/runtime/turn/turn.hpp"

namespace chela::runtime {

std::string assistant_detail(const CompletionResult& completion);
std::string tool_detail(const ToolOutcome& outcome);

// The conversation for the next turn. Calls of tools that were never answered (the process ended in between) are
// answered with a note, since services refuse a call without an answer.
std::vector<Message> history_of(const std::vector<Entry>& entries);

// The messages of docs/protocol.md: what a person said, and one answer per turn with its tool calls. `running_turn` is
// shown as running; other turns without an end as interrupted.
nlohmann::json transcript_of(const StoredSession& session, bool running);

}  // namespace chela::runtime
