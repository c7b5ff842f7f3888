#pragma once

// Entries on disk, as people are shown them. Any thread.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/sessions/session_store.hpp"
#include "kernel/runtime/turn/turn.hpp"

namespace chela::runtime {

std::string assistant_detail(const CompletionResult& completion);
std::string tool_detail(const ToolOutcome& outcome);
// Of the answer of a command; `continued` when the agent answers the message, too.
std::string command_detail(const std::string& command, bool continued);

// The messages of docs/protocol.md: what a person said, and one answer per turn with its tool calls. Of the turns
// without an end, `open_turns` (Session::open_turns) are shown as running, the others as cut off.
nlohmann::json transcript_of(const StoredSession& session, const std::vector<std::string>& open_turns);

}  // namespace chela::runtime
