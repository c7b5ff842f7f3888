#ifndef PLUGINS_PROVIDERS_DEMO_CONVERSATION_HPP
#define PLUGINS_PROVIDERS_DEMO_CONVERSATION_HPP
// What the demonstration sees of a conversation: the last thing the person said, and what happened since.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "chela/provider.hpp"

namespace chela::providers::demo {

struct ToolResult {
  std::string name;
  std::string arguments;  // JSON object
  std::string text;
};

struct Conversation {
  std::string asked;                 // the last user message, its texts only
  std::vector<ToolResult> results;   // of the tools called since, oldest first
  std::set<std::string> tools;       // the names of the tools that may be called now
  bool is_first_turn = true;         // nothing was answered before `asked`
  std::size_t message_count = 0;
  std::size_t bytes = 0;             // of all messages

  // Messages that are no JSON are passed over: they are the host's, and a demonstration does not break.
  static Conversation read(const CompletionRequest& request);
};

}  // namespace chela::providers::demo
#endif
