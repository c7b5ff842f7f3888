#include "kernel/runtime/turn/message.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

Message finish(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

}  // namespace

Message system_message(const OperatorText& text) {
  std::string out = R"({"role":"system","content":)";
  append_json_string(out, text.text);
  return finish(std::move(out += '}'));
}

Message user_message(std::string_view text) {
  std::string out = R"({"role":"user","content":)";
  append_json_string(out, text);
  return finish(std::move(out += '}'));
}

Message assistant_message(std::string_view text, const std::vector<ToolCallRequest>& tool_calls) {
  std::string out = R"({"role":"assistant","content":)";
  if (text.empty() && !tool_calls.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
  if (!tool_calls.empty()) out += R"(,"tool_calls":[)";
  for (std::size_t i = 0; i < tool_calls.size(); ++i) {
    out += i == 0 ? R"({"id":)" : R"(,{"id":)";
    append_json_string(out, tool_calls[i].id);
    out += R"(,"type":"function","function":{"name":)";
    append_json_string(out, tool_calls[i].name);
    out += R"(,"arguments":)";
    append_json_string(out, tool_calls[i].arguments);
    out += "}}";
  }
  if (!tool_calls.empty()) out += ']';
  return finish(std::move(out += '}'));
}

Message tool_message(std::string_view tool_call_id, std::string_view text) {
  std::string out = R"({"role":"tool","tool_call_id":)";
  append_json_string(out, tool_call_id);
  out += R"(,"content":)";
  append_json_string(out, text);
  return finish(std::move(out += '}'));
}

std::string plain_text(const nlohmann::json& content) {
  if (content.is_string()) return content.get<std::string>();
  std::string out;
  if (!content.is_array()) return out;
  for (const auto& part : content) {
    if (part.is_object()) out += text_of(part, "text");
  }
  return out;
}

}  // namespace chela::runtime
