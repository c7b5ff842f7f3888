#pragma once

// The conversation as a model is given it: in the order that services insist on, and within bounds. Any thread.

#include <cstddef>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/sessions/session_store.hpp"
#include "kernel/runtime/turn/message.hpp"

namespace chela::runtime {

// Adds what comes after the last message. Services refuse calls of tools without an answer and answers without a call:
// calls that are open are answered with a note first, and an answer to no open call is left out.
void append_message(std::vector<Message>& conversation, const Message& message);

// Answers the calls that are open with a note: nobody will.
void close_calls(std::vector<Message>& conversation);

// What was stored, for the next turn, without what was asked of commands and what they said. Begins with what a person said where there is such a thing.
std::vector<Message> history_of(const std::vector<Entry>& entries);

// Drops the oldest messages beyond the limits. When the cut is inside a turn, what the person asked for in that turn
// stays; the last message always does.
void trim_history(std::vector<Message>& conversation, std::size_t messages_max, std::size_t bytes_max);

// A client's message of role `tool` in our form. Error invalid_argument: no JSON object with tool_call_id and content.
Result<Message> client_tool_message(const std::string& json);

}  // namespace chela::runtime
