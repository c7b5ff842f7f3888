#include "kernel/runtime/turn/hook_message.hpp"

#include <map>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;

Message finish(const Json& message) {
  return std::make_shared<const std::string>(json_text(message));
}

Json text_part(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

const Json& content_of(const Json& message) {
  static const Json kNone;
  auto found = message.find("content");
  return found == message.end() ? kNone : *found;
}

// The arguments of a call are an object there, and the text of one here.
Json call_part(const Json& call) {
  auto function = call.value("function", Json::object());
  auto arguments = parse_json(text_of(function, "arguments"), kDepthMax);
  return {{"type", "toolCall"},
          {"id", text_of(call, "id")},
          {"name", text_of(function, "name")},
          {"arguments", arguments && arguments->is_object() ? std::move(*arguments) : Json::object()}};
}

Json calls_of(const Json& message) {
  auto found = message.find("tool_calls");
  return found != message.end() && found->is_array() ? *found : Json::array();
}

Json to_hook_form(const Json& message, std::string_view tool_name) {
  auto role = text_of(message, "role");
  const Json& content = content_of(message);
  if (role == "tool") {
    return {{"role", "toolResult"},
            {"toolCallId", text_of(message, "tool_call_id")},
            {"toolName", tool_name},
            {"content", Json::array({text_part(plain_text(content))})},
            {"isError", false}};
  }
  if (role != "assistant") return {{"role", role}, {"content", content}};
  Json parts = Json::array();
  if (auto text = plain_text(content); !text.empty()) parts.push_back(text_part(text));
  for (const auto& call : calls_of(message)) parts.push_back(call_part(call));
  return {{"role", role}, {"content", std::move(parts)}};
}

}  // namespace

Json to_hook_message(const Message& message, std::string_view tool_name) {
  return to_hook_form(object_of(*message), tool_name);
}

Json to_hook_messages(std::span<const Message> messages) {
  Json out = Json::array();
  std::map<std::string, std::string> tools;  // by call
  for (const auto& message : messages) {
    const Json one = object_of(*message);
    if (text_of(one, "role") == "system") continue;
    for (const auto& call : calls_of(one)) tools[text_of(call, "id")] = text_of(call.value("function", Json::object()), "name");
    auto answered = tools.find(text_of(one, "tool_call_id"));
    out.push_back(to_hook_form(one, answered == tools.end() ? std::string_view() : answered->second));
  }
  return out;
}

std::optional<std::string> text_of_hook_message(const Json& message, std::string_view role) {
  if (!message.is_object() || text_of(message, "role") != role) return {};
  const Json& content = content_of(message);
  if (!content.is_string() && !content.is_array()) return {};
  return plain_text(content);
}

Message with_text(const Message& message, std::string_view text) {
  Json changed = object_of(*message);
  changed["content"] = text;
  return finish(changed);
}

Message with_text_around(const Message& message, std::string_view before, std::string_view after) {
  if (before.empty() && after.empty()) return message;
  Json changed = object_of(*message);
  Json& content = changed["content"];
  if (content.is_array()) {
    if (!before.empty()) content.insert(content.begin(), text_part(std::string(before) + "\n\n"));
    if (!after.empty()) content.push_back(text_part("\n\n" + std::string(after)));
    return finish(changed);
  }
  std::string text(before);
  auto append = [&](std::string_view more) {
    if (!text.empty() && !more.empty()) text += "\n\n";
    text += more;
  };
  append(plain_text(content));
  append(after);
  content = std::move(text);
  return finish(changed);
}

std::string said_in(const Message& message) { return plain_text(content_of(object_of(*message))); }

}  // namespace chela::runtime
