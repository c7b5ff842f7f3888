#include "kernel/runtime/sessions/transcript.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json parse(const std::string& text) {
  auto json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

std::string text_of(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json usage_of(const TurnRecord& turn) {
  return {{"inputTokens", turn.input_tokens}, {"outputTokens", turn.output_tokens}};
}

// The ids of the tool calls of an assistant message.
std::vector<std::string> call_ids(const Json& message) {
  std::vector<std::string> ids;
  if (!message.contains("tool_calls")) return ids;
  for (const auto& call : message["tool_calls"]) ids.push_back(text_of(call, "id"));
  return ids;
}

// Adds one entry of an answer to the message that shows the whole answer.
void add_to_answer(Json& answer, const Entry& entry) {
  auto message = parse(entry.message);
  auto detail = parse(entry.detail);
  if (entry.role == "assistant") {
    auto said = answer["text"].get<std::string>();
    auto more = text_of(message, "content");
    bool joined = said.empty() || more.empty() || std::isspace(static_cast<unsigned char>(said.back()));
    answer["text"] = joined ? said + more : said + "\n\n" + more;
    if (auto reasoning = text_of(detail, "reasoning"); !reasoning.empty()) {
      answer["reasoning"] = text_of(answer, "reasoning") + reasoning;
    }
    for (const auto& call : message.value("tool_calls", Json::array())) {
      const Json function = call.value("function", Json::object());
      answer["toolCalls"].push_back(
          {{"id", text_of(call, "id")}, {"name", text_of(function, "name")}, {"arguments", text_of(function, "arguments")}});
    }
    return;
  }
  for (auto& call : answer["toolCalls"]) {
    if (call["id"] != text_of(message, "tool_call_id")) continue;
    call["result"] = text_of(message, "content");
    call.update(detail);
  }
}

std::string status_of(const std::string& finish_reason) {
  if (finish_reason == "cancelled") return "cancelled";
  return finish_reason == "error" || finish_reason == "limit" ? "error" : "";
}

}  // namespace

std::string assistant_detail(const CompletionResult& completion) {
  Json detail = Json::object();
  if (!completion.reasoning.empty()) detail["reasoning"] = completion.reasoning;
  return dump(detail);
}

std::string tool_detail(const ToolOutcome& outcome) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(outcome.duration).count();
  return dump({{"status", name_of(outcome.status)}, {"durationMs", ms}});
}

std::vector<Message> history_of(const std::vector<Entry>& entries) {
  std::vector<Message> out;
  std::vector<std::string> unanswered;
  auto close_calls = [&] {
    for (const auto& id : unanswered) out.push_back(tool_message(id, "Error: the gateway was stopped before this tool answered"));
    unanswered.clear();
  };
  // Entries may begin in the middle of a turn: start at what a person said.
  auto first = std::ranges::find(entries, "user", &Entry::role);
  for (const auto& entry : std::ranges::subrange(first, entries.end())) {
    if (entry.role == "tool") {
      std::erase(unanswered, text_of(parse(entry.message), "tool_call_id"));
    } else {
      close_calls();
      if (entry.role == "assistant") unanswered = call_ids(parse(entry.message));
    }
    out.push_back(std::make_shared<const std::string>(entry.message));
  }
  close_calls();
  return out;
}

Json transcript_of(const StoredSession& session, bool running) {
  std::map<std::string, const TurnRecord*> turns;
  for (const auto& turn : session.turns) turns[turn.id] = &turn;
  Json messages = Json::array();
  std::map<std::string, std::size_t> answers;  // turn id -> place in messages
  for (const auto& entry : session.entries) {
    if (entry.role == "user") {
      messages.push_back({{"id", entry.client_message_id.empty() ? std::to_string(entry.id) : entry.client_message_id},
                          {"role", "user"}, {"text", text_of(parse(entry.message), "content")}, {"createdAt", entry.created_at_ms}});
    }
    auto [place, is_new] = answers.try_emplace(entry.turn_id, messages.size());
    if (is_new) {
      messages.push_back({{"id", "turn-" + entry.turn_id}, {"role", "assistant"}, {"text", ""},
                          {"toolCalls", Json::array()}, {"createdAt", entry.created_at_ms}});
    }
    if (entry.role != "user") add_to_answer(messages[place->second], entry);
  }
  // The running turn and those that wait come after every turn that has ended; what is open before was cut off.
  std::size_t last_ended = 0;
  for (const auto& [turn_id, place] : answers) {
    auto turn = turns.find(turn_id);
    if (turn != turns.end() && !turn->second->finish_reason.empty()) last_ended = std::max(last_ended, place);
  }
  for (const auto& [turn_id, place] : answers) {
    auto& answer = messages[place];
    if (answer["toolCalls"].empty()) answer.erase("toolCalls");
    auto turn = turns.find(turn_id);
    bool ended = turn != turns.end() && !turn->second->finish_reason.empty();
    if (!ended) {
      answer["status"] = running && place > last_ended ? "running" : "error";
      if (answer["status"] == "error") answer["error"] = "the gateway was stopped before the answer was complete";
      continue;
    }
    if (auto status = status_of(turn->second->finish_reason); !status.empty()) answer["status"] = status;
    if (!turn->second->error.empty() && answer.value("status", "") == "error") answer["error"] = turn->second->error;
    answer["usage"] = usage_of(*turn->second);
  }
  return messages;
}

}  // namespace chela::runtime
