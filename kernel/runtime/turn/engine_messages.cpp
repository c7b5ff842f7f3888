#include "kernel/runtime/turn/engine_messages.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kCallsMax = 128;     // of one message
constexpr std::size_t kCallIdBytesMax = 256;
constexpr std::size_t kToolNameBytesMax = 64;

template <class... Args>
std::unexpected<Error> malformed(fmt::format_string<Args...> format, Args&&... args) {
  return fail(ErrorCode::protocol, format, std::forward<Args>(args)...);
}

class Reader {
 public:
  Result<void> read(const Json& message);
  std::vector<Message> finish() {
    close_calls();
    return std::move(out_);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  Result<void> read_user(const Json& content);
  Result<void> read_assistant(const Json& content);
  Result<void> read_tool_result(const Json& message);
  void add(Message message) {
    bytes_ += message->size();
    out_.push_back(std::move(message));
  }
  // Before anything but an answer.
  void close_calls() {
    for (const auto& id : std::exchange(open_calls_, {})) add(tool_message(id, "Error: this call was not answered"));
  }

  std::vector<Message> out_;
  std::vector<std::string> open_calls_;
  std::size_t bytes_ = 0;
};

Result<std::string> read_id(const Json& object, const char* key) {
  auto id = text_of(object, key);
  if (id.empty() || id.size() > kCallIdBytesMax) {
    return malformed("`{}` is no text of 1 to {} bytes", key, kCallIdBytesMax);
  }
  return id;
}

// Text, or an image as {type: "image", mimeType, data} there, {type: "image_url", image_url: {url}} here.
Result<Json> read_user_part(const Json& part) {
  auto type = text_of(part, "type");
  if (type == "text") return Json{{"type", "text"}, {"text", text_of(part, "text")}};
  std::string url;
  if (type == "image") {
    url = fmt::format("data:{};base64,{}", text_of(part, "mimeType"), text_of(part, "data"));
  } else if (type == "image_url" && part.contains("image_url")) {
    url = text_of(part["image_url"], "url");
  }
  if (url.empty()) return malformed("a part of type \"{}\" is not understood", cut_utf8(type, 40));
  return Json{{"type", "image_url"}, {"image_url", {{"url", std::move(url)}}}};
}

Result<void> Reader::read_user(const Json& content) {
  close_calls();
  if (content.is_string()) {
    if (!content.get_ref<const std::string&>().empty()) add(user_message(content.get_ref<const std::string&>()));
    return {};
  }
  if (!content.is_array()) return malformed("its content is neither a text nor a list of parts");
  Json parts = Json::array();
  bool only_text = true;
  for (const auto& part : content) {
    if (!part.is_object()) return malformed("a part is no object");
    CHELA_TRY(auto read, read_user_part(part));
    only_text = only_text && read["type"] == "text";
    parts.push_back(std::move(read));
  }
  if (only_text) {
    auto text = plain_text(parts);
    if (!text.empty()) add(user_message(text));
  } else {
    add(std::make_shared<const std::string>(json_text({{"role", "user"}, {"content", std::move(parts)}})));
  }
  return {};
}

Result<void> Reader::read_assistant(const Json& content) {
  close_calls();
  if (!content.is_string() && !content.is_array()) return malformed("its content is neither a text nor a list of parts");
  std::string text = content.is_string() ? content.get<std::string>() : "";
  std::vector<ToolCallRequest> calls;
  for (const auto& part : content.is_array() ? content : Json::array()) {
    if (!part.is_object()) return malformed("a part is no object");
    auto type = text_of(part, "type");
    if (type == "text") text += text_of(part, "text");
    if (type == "text" || type == "thinking" || type == "redacted_thinking") continue;  // thoughts are not sent back
    if (type != "toolCall") return malformed("a part of type \"{}\" is not understood", cut_utf8(type, 40));
    CHELA_TRY(auto id, read_id(part, "id"));
    auto name = text_of(part, "name");
    if (name.empty() || name.size() > kToolNameBytesMax) return malformed("a call names no tool");
    if (calls.size() >= kCallsMax) return malformed("it has more than {} calls of tools", kCallsMax);
    const auto arguments = part.value("arguments", Json::object());
    if (!arguments.is_object()) return malformed("the arguments of a call are no object");
    calls.push_back({.id = std::move(id), .name = std::move(name), .arguments = json_text(arguments)});
  }
  if (text.empty() && calls.empty()) return {};
  add(assistant_message(text, calls));
  for (auto& call : calls) open_calls_.push_back(std::move(call.id));
  return {};
}

Result<void> Reader::read_tool_result(const Json& message) {
  CHELA_TRY(auto id, read_id(message, "toolCallId"));
  auto open = std::ranges::find(open_calls_, id);
  if (open == open_calls_.end()) return {};
  open_calls_.erase(open);
  add(tool_message(id, plain_text(message.value("content", Json()))));
  return {};
}

Result<void> Reader::read(const Json& message) {
  if (!message.is_object()) return malformed("it is no object");
  auto role = text_of(message, "role");
  const Json content = message.value("content", Json());
  if (role == "user") return read_user(content);
  if (role == "assistant") return read_assistant(content);
  if (role == "toolResult") return read_tool_result(message);
  if (role == "compactionSummary" || role == "branchSummary") return read_user(text_of(message, "summary"));
  if (role == "custom") return read_user(content);
  if (role == "system") return malformed("a context engine may not write system messages; use systemPromptAddition");
  return malformed("the role \"{}\" is not understood", cut_utf8(role, 40));
}

}  // namespace

Result<std::vector<Message>> read_engine_messages(const Json& list) {
  if (!list.is_array()) return malformed("the messages are no list");
  if (list.size() > kEngineMessagesMax) {
    return fail(ErrorCode::too_large, "{} messages, {} are the most", list.size(), kEngineMessagesMax);
  }
  Reader reader;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto read = reader.read(list[i]);
    if (!read) return fail(fmt::format("message {}", i), std::move(read.error()));
    if (reader.bytes() > kEngineBytesMax) {
      return fail(ErrorCode::too_large, "the messages have more than {} bytes", kEngineBytesMax);
    }
  }
  return reader.finish();
}

}  // namespace chela::runtime
