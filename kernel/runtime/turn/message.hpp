#pragma once

// Messages as providers take them (chela_completion_request), built once and kept serialised: the cost of a turn then
// grows with what is new in it, not with the length of the conversation.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/models/completion.hpp"

namespace chela::runtime {

using Message = std::shared_ptr<const std::string>;  // one JSON object

// Text by whom it may be believed. Only the operator's can become a system message; the type says so.
struct OperatorText {
  std::string text;
};

Message system_message(const OperatorText& text);
Message user_message(std::string_view text);
Message assistant_message(std::string_view text, const std::vector<ToolCallRequest>& tool_calls);
Message tool_message(std::string_view tool_call_id, std::string_view text);

// What a message's content says: a text, or the texts of a list of parts.
std::string plain_text(const nlohmann::json& content);

}  // namespace chela::runtime
