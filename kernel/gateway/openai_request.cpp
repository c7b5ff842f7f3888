#include "kernel/gateway/openai_request.hpp"

#include <algorithm>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/runtime/sessions/sessions.hpp"
#include "kernel/runtime/turn/message.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMessagesMax = 5'000;
constexpr std::size_t kToolsMax = 256;

bool is_true(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

runtime::Message serialise(const Json& message) { return std::make_shared<const std::string>(json_text(message)); }

// One option of the request under the name that providers are given.
struct Option {
  const char* from;
  const char* to;
  enum Kind { any, number, whole_number } kind = any;
  double low = 0;
  double high = 0;
};

Result<void> take_options(const Json& body, std::initializer_list<Option> wanted, Json& options) {
  for (const auto& option : wanted) {
    auto found = body.find(option.from);
    if (found == body.end() || found->is_null()) continue;
    if (option.kind != Option::any) {
      if (!found->is_number()) return fail(ErrorCode::invalid_argument, "`{}` is not a number", option.from);
      if (option.kind == Option::whole_number && !found->is_number_integer())
        return fail(ErrorCode::invalid_argument, "`{}` is not a whole number", option.from);
      double value = found->get<double>();
      if (value < option.low || value > option.high) {
        return fail(ErrorCode::invalid_argument, "`{}` is {}, expected {} to {}", option.from, found->dump(),
                    option.low, option.high);
      }
    }
    options[option.to] = *found;
  }
  return {};
}

Result<std::string> session_of(const net::HttpRequest& http, const Json& body) {
  for (const char* name : {"x-chela-session-id", "x-openclaw-session-id"}) {
    auto id = http.headers.value_or(name, "");
    if (id.empty()) continue;
    if (!runtime::is_session_id(id)) return fail(ErrorCode::invalid_argument, "{}: not a session id", name);
    return std::string(id);
  }
  auto user = text_of(body, "user");
  if (user.empty()) return std::string();
  return runtime::is_session_id("user:" + user) ? "user:" + user : "user:" + sha256_hex(user);
}

Result<void> read_tools(const Json& body, bool flat, OpenAiRequest& out) {
  auto tools = body.find("tools");
  if (tools == body.end() || tools->is_null()) return {};
  if (!tools->is_array() || tools->size() > kToolsMax)
    return fail(ErrorCode::invalid_argument, "`tools` is not a list of at most {} tools", kToolsMax);
  for (const auto& tool : *tools) {
    if (!tool.is_object() || text_of(tool, "type") != "function") {
      return fail(ErrorCode::unsupported, "only tools of type `function` are supported");
    }
    Json function = flat ? tool : tool.value("function", Json::object());
    auto name = text_of(function, "name");
    if (name.empty()) return fail(ErrorCode::invalid_argument, "a tool has no name");
    function.erase("type");
    out.tools.push_back({name, serialise({{"type", "function"}, {"function", function}})});
  }
  return {};
}

// What a session needs to be told of the messages: the last thing the person said, or the results of client tools.
void find_news(const std::vector<Json>& messages, OpenAiRequest& out) {
  for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
    auto role = text_of(*at, "role");
    if (role == "assistant") break;
    if (role == "tool") out.answers.insert(out.answers.begin(), serialise(*at));
    if (role == "user" && out.last_user_text.empty()) out.last_user_text = runtime::plain_text(at->value("content", Json()));
  }
}

Result<void> take_messages(std::vector<Json> messages, OpenAiRequest& out) {
  if (messages.empty()) return fail(ErrorCode::invalid_argument, "Request must include at least one message.");
  if (messages.size() > kMessagesMax) return fail(ErrorCode::too_large, "more than {} messages", kMessagesMax);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto role = text_of(messages[i], "role");
    if (role == "developer") messages[i]["role"] = role = "system";
    if (role != "system" && role != "user" && role != "assistant" && role != "tool") {
      return fail(ErrorCode::invalid_argument, "messages[{}].role is `{}`, expected system, user, assistant or tool", i,
                  role);
    }
    const Json content = messages[i].value("content", Json());
    if (!content.is_string() && !content.is_array() && !(content.is_null() && role == "assistant")) {
      return fail(ErrorCode::invalid_argument, "messages[{}].content is neither text nor a list of parts", i);
    }
    out.messages.push_back(serialise(messages[i]));
  }
  find_news(messages, out);
  return {};
}

Result<OpenAiRequest> read_frame(const net::HttpRequest& http, const Json& body) {
  OpenAiRequest out;
  out.model = text_of(body, "model");
  if (out.model == "chela" || out.model == "openclaw" || out.model == "default") out.model.clear();
  out.stream = is_true(body, "stream");
  CHELA_TRY(out.session, session_of(http, body));
  return out;
}

// An item of `input` of the responses API, as a chat message.
Result<Json> message_of_item(const Json& item, std::size_t index) {
  if (!item.is_object()) return fail(ErrorCode::invalid_argument, "input[{}] is not an object", index);
  auto type = text_of(item, "type");
  if (type == "function_call") {
    return Json{{"role", "assistant"},
                {"content", nullptr},
                {"tool_calls",
                 {{{"id", text_of(item, "call_id")},
                   {"type", "function"},
                   {"function", {{"name", text_of(item, "name")}, {"arguments", text_of(item, "arguments")}}}}}}};
  }
  if (type == "function_call_output") {
    return Json{{"role", "tool"},
                {"tool_call_id", text_of(item, "call_id")},
                {"content", runtime::plain_text(item.value("output", Json("")))}};
  }
  if (!type.empty() && type != "message")
    return fail(ErrorCode::unsupported, "input[{}] is of type `{}`, which is not supported", index, type);
  return Json{{"role", text_of(item, "role")}, {"content", runtime::plain_text(item.value("content", Json()))}};
}

}  // namespace

Result<OpenAiRequest> read_chat_request(const net::HttpRequest& http) {
  CHELA_TRY(auto body, read_json_object(http));
  CHELA_TRY(auto out, read_frame(http, body));
  if (body.value("n", Json(1)) != 1) return fail(ErrorCode::unsupported, "`n` above 1 is not supported");
  const Json stream_options = body.value("stream_options", Json::object());
  out.include_usage = stream_options.is_object() && is_true(stream_options, "include_usage");
  Json options = Json::object();
  CHELA_CHECK(take_options(body,
                           {{"temperature", "temperature", Option::number, 0, 2},
                            {"top_p", "topP", Option::number, 0, 1},
                            {"max_tokens", "maxTokens", Option::whole_number, 1, 1e9},
                            {"max_completion_tokens", "maxTokens", Option::whole_number, 1, 1e9},
                            {"stop", "stop"},
                            {"tool_choice", "toolChoice"},
                            {"response_format", "responseFormat"},
                            {"reasoning_effort", "reasoningEffort"}},
                           options));
  out.options = json_text(options);
  CHELA_CHECK(read_tools(body, false, out));
  auto messages = body.find("messages");
  if (messages == body.end() || !messages->is_array())
    return fail(ErrorCode::invalid_argument, "Request must include at least one message.");
  for (const auto& message : *messages) {
    if (!message.is_object())
      return fail(ErrorCode::invalid_argument, "`messages` holds something that is not an object");
  }
  CHELA_CHECK(take_messages(messages->get<std::vector<Json>>(), out));
  return out;
}

Result<OpenAiRequest> read_responses_request(const net::HttpRequest& http) {
  CHELA_TRY(auto body, read_json_object(http));
  CHELA_TRY(auto out, read_frame(http, body));
  if (!text_of(body, "previous_response_id").empty()) {
    return fail(ErrorCode::unsupported,
                "`previous_response_id` is not supported; keep the conversation in a session with the header "
                "X-Chela-Session-Id");
  }
  Json options = Json::object();
  CHELA_CHECK(take_options(body,
                           {{"temperature", "temperature", Option::number, 0, 2},
                            {"top_p", "topP", Option::number, 0, 1},
                            {"max_output_tokens", "maxTokens", Option::whole_number, 1, 1e9},
                            {"tool_choice", "toolChoice"}},
                           options));
  out.options = json_text(options);
  CHELA_CHECK(read_tools(body, true, out));
  std::vector<Json> messages;
  if (auto instructions = text_of(body, "instructions"); !instructions.empty()) {
    messages.push_back({{"role", "system"}, {"content", instructions}});
  }
  const Json input = body.value("input", Json());
  if (input.is_string()) {
    messages.push_back({{"role", "user"}, {"content", input}});
  } else if (input.is_array()) {
    for (std::size_t i = 0; i < input.size(); ++i) {
      CHELA_TRY(auto message, message_of_item(input[i], i));
      messages.push_back(std::move(message));
    }
  } else {
    return fail(ErrorCode::invalid_argument, "`input` is neither text nor a list of items");
  }
  CHELA_CHECK(take_messages(std::move(messages), out));
  return out;
}

}  // namespace chela::gateway
