#pragma once

// Messages in the form in which hooks are shown them, upstream's: {role: user | assistant | toolResult, content: a text or
// parts}. And back, as far as a plugin may change one: its text. Any thread.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/turn/message.hpp"

namespace chela::runtime {

// `tool_name`: of the call that a message of role `tool` answers.
nlohmann::json to_hook_message(const Message& message, std::string_view tool_name = {});
// All but system messages.
nlohmann::json to_hook_messages(std::span<const Message> messages);

// The text of a message as a plugin gave it; none when it is not of the role, or holds no text.
std::optional<std::string> text_of_hook_message(const nlohmann::json& message, std::string_view role);

// `message` with another text; calls of an assistant stay.
Message with_text(const Message& message, std::string_view text);
// `message` with text in front of and behind what it says, each a paragraph of its own.
Message with_text_around(const Message& message, std::string_view before, std::string_view after);
// What a message says.
std::string said_in(const Message& message);

}  // namespace chela::runtime
