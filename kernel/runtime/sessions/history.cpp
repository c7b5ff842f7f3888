#include "kernel/runtime/sessions/history.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 32;

// As message.cpp writes them, which is faster than to parse.
bool has_role(const Message& message, std::string_view role) {
  constexpr std::string_view kBegin = R"({"role":")";
  std::string_view text = *message;
  if (!text.starts_with(kBegin)) return false;
  text.remove_prefix(kBegin.size());
  return text.starts_with(role) && text.substr(role.size()).starts_with('"');
}
bool has_calls(const Message& message) { return message->find(R"(,"tool_calls":[)") != std::string::npos; }

// As command_detail() writes it.
bool is_of_command(const Entry& entry) {
  return entry.role == "assistant" && std::string_view(entry.detail).starts_with(R"({"command":)");
}

// The turns that a command has answered, and the agent has not.
std::set<std::string_view> turns_of_commands(const std::vector<Entry>& entries) {
  std::set<std::string_view> out;
  for (const auto& entry : entries) {
    if (is_of_command(entry) && !object_of(entry.detail).contains("continued")) out.insert(entry.turn_id);
  }
  return out;
}

// The ids of the tool calls at the end of a conversation that have no answer yet.
std::vector<std::string> open_calls(const std::vector<Message>& conversation) {
  std::vector<std::string> ids;
  auto at = conversation.rbegin();
  while (at != conversation.rend() && has_role(*at, "tool")) ++at;
  if (at == conversation.rend() || !has_role(*at, "assistant") || !has_calls(*at)) return ids;
  for (const auto& call : object_of(**at).value("tool_calls", Json::array())) ids.push_back(text_of(call, "id"));
  while (at != conversation.rbegin()) {
    auto answered = std::ranges::find(ids, text_of(object_of(**--at), "tool_call_id"));
    if (answered != ids.end()) ids.erase(answered);
  }
  return ids;
}

}  // namespace

void append_message(std::vector<Message>& conversation, const Message& message) {
  if (has_role(message, "tool")) {
    auto open = open_calls(conversation);
    if (std::ranges::find(open, text_of(object_of(*message), "tool_call_id")) == open.end()) return;
  } else {
    close_calls(conversation);
  }
  conversation.push_back(message);
}

void close_calls(std::vector<Message>& conversation) {
  for (const auto& id : open_calls(conversation)) {
    conversation.push_back(tool_message(id, "Error: this call was not answered"));
  }
}

std::vector<Message> history_of(const std::vector<Entry>& entries) {
  std::vector<Message> out;
  const auto commands = turns_of_commands(entries);
  auto first = std::ranges::find(entries, "user", &Entry::role);
  if (first == entries.end()) first = entries.begin();
  for (const auto& entry : std::ranges::subrange(first, entries.end())) {
    if (is_of_command(entry) || commands.contains(entry.turn_id)) continue;
    append_message(out, std::make_shared<const std::string>(entry.message));
  }
  return out;
}

void trim_history(std::vector<Message>& conversation, std::size_t messages_max, std::size_t bytes_max) {
  std::size_t first = conversation.size();
  std::size_t bytes = 0;
  while (first > 0 && conversation.size() - first < messages_max) {
    bytes += conversation[first - 1]->size();
    if (bytes > bytes_max && first < conversation.size()) break;
    --first;
  }
  if (first == 0 || conversation.empty()) return;
  // Answers go with their calls: cut after them, or before the calls when nothing else comes.
  auto is_tool = [](const Message& message) { return has_role(message, "tool"); };
  auto begin = conversation.begin() + static_cast<std::ptrdiff_t>(std::min(first, conversation.size() - 1));
  auto cut = std::find_if_not(begin, conversation.end(), is_tool);
  if (cut == conversation.end()) {
    cut = begin;
    while (cut != conversation.begin() && is_tool(*cut)) --cut;
  }
  auto is_user = [](const Message& message) { return has_role(message, "user"); };
  auto asked = std::find_if(std::make_reverse_iterator(cut), conversation.rend(), is_user);
  bool inside_a_turn = cut != conversation.end() && !is_user(*cut) && asked != conversation.rend();
  auto opening = inside_a_turn ? *asked : Message();
  conversation.erase(conversation.begin(), cut);
  if (opening) conversation.insert(conversation.begin(), std::move(opening));
}

Result<Message> client_tool_message(const std::string& json) {
  auto given = parse_json(json, kDepthMax).value_or(Json());
  if (!given.is_object() || text_of(given, "tool_call_id").empty() || !given.contains("content")) {
    return fail(ErrorCode::invalid_argument, "an answer of a tool needs `tool_call_id` and `content`");
  }
  return tool_message(text_of(given, "tool_call_id"), plain_text(given["content"]));
}

}  // namespace chela::runtime
