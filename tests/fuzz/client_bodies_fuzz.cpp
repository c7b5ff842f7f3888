// What clients send: bodies of POST /v1/chat/completions and /v1/responses (kernel/gateway/openai_request.hpp), any
// JSON object (reply.hpp), and messages over /ws (socket_message.hpp).

#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/gateway/openai_request.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/gateway/socket_message.hpp"
#include "kernel/runtime/sessions/sessions.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

using gateway::OpenAiRequest;
using gateway::SocketMessage;

constexpr std::size_t kDepthMax = 66;  // of what a body's 64 levels become within a message

void check_message(const runtime::Message& message) {
  auto parsed = parse_json(*message, kDepthMax);
  must(parsed && parsed->is_object(), "a message is a JSON object", *message);
  auto role = text_of(*parsed, "role");
  must(role == "system" || role == "user" || role == "assistant" || role == "tool", "a message has a role", *message);
}

std::string shown(const OpenAiRequest& request) {
  auto out = fmt::format("{}|{}|{}|{}|{}|{}", request.model, request.session, request.stream, request.include_usage,
                         request.last_user_text, request.options);
  for (const auto& message : request.messages) out += "\n" + *message;
  for (const auto& answer : request.answers) out += "\n" + *answer;
  for (const auto& tool : request.tools) out += "\n" + tool.name + *tool.definition;
  return out;
}

void check_request(const Result<OpenAiRequest>& request) {
  if (!request) {
    auto reply = gateway::error_reply(request.error(), gateway::ErrorStyle::openai);
    must((reply.status >= 400 && reply.status < 500) || reply.status == 501, "a bad request is the client's fault", request.error().message);
    return must(parse_json(reply.body, 4).has_value(), "an error is JSON", reply.body);
  }
  must(!request->messages.empty() && request->messages.size() <= 5'000, "there are messages");
  for (const auto& message : request->messages) check_message(message);
  for (const auto& answer : request->answers) check_message(answer);
  for (const auto& tool : request->tools) {
    must(!tool.name.empty() && parse_json(*tool.definition, kDepthMax), "a tool has a name", *tool.definition);
  }
  must(request->session.empty() || runtime::is_session_id(request->session), "a session has an id", request->session);
  must(parse_json(request->options, kDepthMax).has_value(), "options are JSON", request->options);
}

void check_bodies(std::string_view bytes) {
  net::HttpRequest http;
  http.headers.add("Content-Type", "application/json");
  http.body = bytes;
  auto body = gateway::read_json_object(http);
  auto chat = gateway::read_chat_request(http);
  auto responses = gateway::read_responses_request(http);
  check_request(chat);
  check_request(responses);
  if (!body) return must(!chat && !responses, "what is no object is no request");
  http.body = json_text(*body);  // blanks and the spelling of texts mean nothing
  auto chat_again = gateway::read_chat_request(http);
  auto responses_again = gateway::read_responses_request(http);
  must(chat.has_value() == chat_again.has_value() && (!chat || shown(*chat) == shown(*chat_again)),
       "a request means the same, however it is written", http.body);
  must(responses.has_value() == responses_again.has_value() &&
           (!responses || shown(*responses) == shown(*responses_again)),
       "a request means the same, however it is written", http.body);
}

void check_socket(std::string_view bytes) {
  auto message = gateway::read_socket_message(bytes);
  must(message.text.size() <= 1'000'000 && message.message_id.size() <= 128 && message.session_id.size() <= 128,
       "a message keeps its limits");
  must(message.is_envelope || (message.text == bytes && message.kind == SocketMessage::Kind::user_message),
       "what is no envelope is a text", bytes);
  must(message.is_envelope || message.message_id.empty(), "a text has no id");
  must(!message.is_envelope || is_valid_utf8(message.text + message.message_id + message.session_id),
       "an envelope holds text", message.text);
}

}  // namespace

void run(std::string_view bytes) {
  check_bodies(bytes);
  check_socket(bytes);
}

}  // namespace chela::fuzz
