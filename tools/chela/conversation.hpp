#pragma once

// One message to a session and its answer, shown as it arrives.

#include <string>

#include "tools/chela/api_client.hpp"

namespace chela::cli {

struct AnswerStyle {
  bool show_tools = true;   // tool calls on standard error
  bool json = false;        // every event as a line of JSON instead
};

// The exit code: 0, kFailed (the turn ended with an error, which was shown), kInterrupted.
int converse(ApiClient& client, const std::string& session, const std::string& text, const AnswerStyle& style);
std::string new_session_id();

}  // namespace chela::cli
