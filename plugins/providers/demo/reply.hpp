#ifndef PLUGINS_PROVIDERS_DEMO_REPLY_HPP
#define PLUGINS_PROVIDERS_DEMO_REPLY_HPP
// What the demonstration answers. The same conversation gets the same answer.

#include <optional>
#include <string>

#include "plugins/providers/demo/conversation.hpp"

namespace chela::providers::demo {

struct ToolUse {
  std::string name;
  std::string arguments;  // JSON object
};

struct Reply {
  std::string text;  // markdown
  std::optional<ToolUse> tool;
};

// Calls a tool only when it was offered, and at most once per question.
Reply reply_to(const Conversation& conversation);

// The length of the next piece of `text`, about a word: at least 1, between code points. `text` is not empty.
std::size_t piece_length(std::string_view text);

}  // namespace chela::providers::demo
#endif
