#include "kernel/runtime/sessions/transcript.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

Json usage_of(const TurnRecord& turn) {
  return {{"inputTokens", turn.input_tokens}, {"outputTokens", turn.output_tokens}};
}

// Adds what the model said to the message that shows the whole answer.
void add_to_answer(Json& answer, const Entry& entry) {
  auto message = object_of(entry.message);
  auto said = answer["text"].get<std::string>();
  auto more = text_of(message, "content");
  bool joined = said.empty() || more.empty() || std::isspace(static_cast<unsigned char>(said.back()));
  answer["text"] = joined ? said + more : said + "\n\n" + more;
  if (auto reasoning = text_of(object_of(entry.detail), "reasoning"); !reasoning.empty()) {
    answer["reasoning"] = text_of(answer, "reasoning") + reasoning;
  }
  for (const auto& call : message.value("tool_calls", Json::array())) {
    const Json function = call.value("function", Json::object());
    answer["toolCalls"].push_back({{"id", text_of(call, "id")},
                                   {"name", text_of(function, "name")},
                                   {"arguments", text_of(function, "arguments")}});
  }
}

// Adds a tool's answer to its call: the newest of that id that has none. The client's tools answer in a later turn.
void add_tool_answer(Json& messages, const Entry& entry) {
  auto message = object_of(entry.message);
  auto id = text_of(message, "tool_call_id");
  for (auto shown = messages.rbegin(); shown != messages.rend(); ++shown) {
    if (!shown->contains("toolCalls")) continue;
    for (auto& call : (*shown)["toolCalls"]) {
      if (call["id"] != id || call.contains("result")) continue;
      call["result"] = text_of(message, "content");
      call.update(object_of(entry.detail));
      return;
    }
  }
}

Json message_of_person(const Entry& entry) {
  auto id = entry.client_message_id.empty() ? std::to_string(entry.id) : entry.client_message_id;
  return {{"id", std::move(id)}, {"role", "user"}, {"text", text_of(object_of(entry.message), "content")},
          {"createdAt", entry.created_at_ms}};
}

std::string status_of(const std::string& finish_reason) {
  if (finish_reason == "cancelled") return "cancelled";
  return finish_reason == "error" || finish_reason == "limit" ? "error" : "";
}

// How the turn of an answer stands or ended.
void add_outcome(Json& answer, const TurnRecord* turn, bool running) {
  if (answer["toolCalls"].empty()) answer.erase("toolCalls");
  if (!turn || turn->finish_reason.empty()) {
    answer["status"] = running ? "running" : "error";
    if (!running) answer["error"] = "the gateway was stopped before the answer was complete";
    return;
  }
  if (auto status = status_of(turn->finish_reason); !status.empty()) answer["status"] = status;
  if (!turn->error.empty() && answer.value("status", "") == "error") answer["error"] = turn->error;
  answer["usage"] = usage_of(*turn);
}

}  // namespace

std::string assistant_detail(const CompletionResult& completion) {
  Json detail = Json::object();
  if (!completion.reasoning.empty()) detail["reasoning"] = completion.reasoning;
  return json_text(detail);
}

std::string tool_detail(const ToolOutcome& outcome) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(outcome.duration).count();
  return json_text({{"status", name_of(outcome.status)}, {"durationMs", ms}});
}

std::string command_detail(const std::string& command, bool continued) {
  Json detail = {{"command", command}};
  if (continued) detail["continued"] = true;
  return json_text(detail);
}

Json transcript_of(const StoredSession& session, const std::vector<std::string>& open_turns) {
  std::map<std::string, const TurnRecord*> turns;
  for (const auto& turn : session.turns) turns[turn.id] = &turn;
  Json messages = Json::array();
  std::map<std::string, std::size_t> answers;  // turn id -> place in messages
  for (const auto& entry : session.entries) {
    if (entry.role == "user") messages.push_back(message_of_person(entry));
    if (entry.role == "tool") add_tool_answer(messages, entry);
    auto [place, is_new] = answers.try_emplace(entry.turn_id, messages.size());
    if (is_new) {
      messages.push_back({{"id", "turn-" + entry.turn_id}, {"role", "assistant"}, {"text", ""},
                          {"toolCalls", Json::array()}, {"createdAt", entry.created_at_ms}});
    }
    if (entry.role == "assistant") add_to_answer(messages[place->second], entry);
  }
  for (const auto& [turn_id, place] : answers) {
    auto turn = turns.find(turn_id);
    bool running = std::ranges::find(open_turns, turn_id) != open_turns.end();
    add_outcome(messages[place], turn == turns.end() ? nullptr : turn->second, running);
  }
  return messages;
}

}  // namespace chela::runtime
