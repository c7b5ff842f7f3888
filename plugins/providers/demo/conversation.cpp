#include "plugins/providers/demo/conversation.hpp"

#include <map>

#include "chela/json.hpp"

namespace chela::providers::demo {

namespace {

std::string text_of(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A text, or a list of parts of which the texts count.
std::string content_of(const Json& message) {
  const auto content = message.find("content");
  if (content == message.end()) return "";
  if (content->is_string()) return content->get<std::string>();
  std::string text;
  if (!content->is_array()) return text;
  for (const Json& part : *content) text += text_of(part, "text");
  return text;
}

void add_calls(const Json& message, std::map<std::string, ToolResult>& calls) {
  const auto list = message.find("tool_calls");
  if (list == message.end() || !list->is_array()) return;
  for (const Json& call : *list) {
    const Json function = call.is_object() && call.contains("function") ? call["function"] : Json();
    calls[text_of(call, "id")] = {text_of(function, "name"), text_of(function, "arguments"), ""};
  }
}

}  // namespace

Conversation Conversation::read(const CompletionRequest& request) {
  Conversation conversation;
  conversation.message_count = request.messages.size();
  for (const std::string_view message : request.messages) conversation.bytes += message.size();
  // Backwards to the last user message; a long conversation is not read.
  std::size_t first = request.messages.size();
  while (first > 0) {
    const Json message = read_json(request.messages[--first]);
    if (text_of(message, "role") != "user") continue;
    conversation.asked = content_of(message);
    break;
  }
  for (std::size_t i = 0; i < first && conversation.is_first_turn; ++i) {
    conversation.is_first_turn = request.messages[i].find(R"("role":"assistant")") == std::string_view::npos;
  }
  std::map<std::string, ToolResult> calls;
  for (std::size_t i = first; i < request.messages.size(); ++i) {
    const Json message = read_json(request.messages[i]);
    if (!message.is_object()) continue;
    add_calls(message, calls);
    if (text_of(message, "role") != "tool") continue;
    ToolResult result = calls[text_of(message, "tool_call_id")];
    result.text = content_of(message);
    conversation.results.push_back(std::move(result));
  }
  const Json options = read_json(request.options);
  if (text_of(options, "toolChoice") == "none") return conversation;
  for (const std::string_view tool : request.tools) {
    const Json parsed = read_json(tool);
    if (parsed.is_object() && parsed.contains("function"))
      conversation.tools.insert(text_of(parsed["function"], "name"));
  }
  return conversation;
}

}  // namespace chela::providers::demo
