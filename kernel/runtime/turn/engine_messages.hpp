#pragma once

// Messages as a context engine gives them, upstream's AgentMessage, in our own form. They come from a plugin: each is
// checked, and made anew from what was understood. Any thread.

#include <cstddef>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/turn/message.hpp"

namespace chela::runtime {

constexpr std::size_t kEngineMessagesMax = 4'000;
constexpr std::size_t kEngineBytesMax = 8u << 20;  // of all messages

// In the order that services insist on: a call that has no answer gets a note for one, an answer to no call is left out,
// and so is a message that says nothing. Roles are user, assistant and toolResult, and upstream's summaries, which are
// told as a user's; a system message is refused, since only the operator writes those.
// Errors `protocol` (with the number of the message, from 0) and `too_large`.
Result<std::vector<Message>> read_engine_messages(const nlohmann::json& list);

}  // namespace chela::runtime
