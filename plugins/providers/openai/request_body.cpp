#include "plugins/providers/openai/request_body.hpp"

#include "chela/json.hpp"

namespace chela::providers::openai {

namespace {

void append_member(std::string& body, std::string_view name, std::string_view json) {
  body.append(body.back() == '{' ? "\"" : ",\"").append(name).append("\":").append(json);
}

void append_array(std::string& body, std::string_view name, const Texts& objects) {
  append_member(body, name, "[");
  for (std::size_t i = 0; i < objects.size(); ++i) body.append(i == 0 ? "" : ",").append(objects[i]);
  body += ']';
}

bool is_text_or_texts(const Json& value) {
  if (value.is_string()) return true;
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& text) { return text.is_string(); });
}

// Our option, its name on the wire, and what it may be.
struct Option {
  const char* name;
  std::string wire_name;
  bool (*fits)(const Json& value);
  const char* expected;
};

void append_options(std::string& body, const Service& service, const CompletionRequest& request) {
  JsonReader reader(request.options.empty() ? "{}" : request.options, "options");
  const Option table[] = {
      {"temperature", "temperature", [](const Json& v) { return v.is_number(); }, "a number"},
      {"maxTokens", service.max_tokens_field, [](const Json& v) { return v.is_number_unsigned(); }, "a whole number"},
      {"topP", "top_p", [](const Json& v) { return v.is_number(); }, "a number"},
      {"stop", "stop", is_text_or_texts, "a text or a list of texts"},
      {"toolChoice", "tool_choice", [](const Json& v) { return v.is_string() || v.is_object(); },
       "a text or an object"},
      {"responseFormat", "response_format", [](const Json& v) { return v.is_object(); }, "an object"},
      {"reasoningEffort", "reasoning_effort", [](const Json& v) { return v.is_string(); }, "a text"}};
  for (const Option& option : table) {
    const Json value = reader.find<Json>(option.name, Json());
    if (value.is_null()) continue;
    if (!option.fits(value)) {
      throw Failure(CHELA_INVALID_ARGUMENT, std::string("options.") + option.name + ": expected " + option.expected);
    }
    // Services refuse a choice among no tools.
    if (option.wire_name == "tool_choice" && request.tools.empty()) continue;
    append_member(body, option.wire_name, to_text(value));
  }
}

}  // namespace

std::string request_body(const Service& service, const CompletionRequest& request) {
  std::size_t size = 512 + request.options.size();
  for (const std::string_view message : request.messages) size += message.size() + 1;
  for (const std::string_view tool : request.tools) size += tool.size() + 1;
  std::string body;
  body.reserve(size);
  body = "{";
  append_member(body, "model", to_text(Json(std::string(request.model))));
  append_array(body, "messages", request.messages);
  if (!request.tools.empty()) append_array(body, "tools", request.tools);
  append_options(body, service, request);
  append_member(body, "stream", "true");
  if (service.stream_usage) append_member(body, "stream_options", R"({"include_usage":true})");
  body += '}';
  return body;
}

}  // namespace chela::providers::openai
