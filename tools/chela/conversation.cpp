#include "tools/chela/conversation.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/random.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& event, const char* key) {
  auto found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Shows the events of one answer.
class Screen {
 public:
  explicit Screen(const AnswerStyle& style) : style_(style) {}

  void show(const Json& event) {
    if (style_.json) return print(json_text(event) + "\n");
    auto type = text_of(event, "type");
    if (type == "assistant_chunk") show_text(text_of(event, "text"));
    if (type == "tool_start" && style_.show_tools) {
      note(fmt::format("· {} {}", text_of(event, "toolName"), text_of(event, "argumentsPreview")));
    }
    if (type == "tool_result" && style_.show_tools && text_of(event, "resultStatus") != "completed") {
      note(fmt::format("· {}: {}", text_of(event, "toolName"), text_of(event, "text")));
    }
    if (type == "error") error_ = text_of(event, "text");
    if (type == "assistant_done") finish_reason_ = text_of(event, "finishReason");
  }
  int end() {
    if (!style_.json && !at_line_start_) print("\n");
    if (!error_.empty()) complain(for_terminal(error_));
    if (finish_reason_ == "cancelled") return kInterrupted;
    return error_.empty() && !finish_reason_.empty() ? 0 : kFailed;
  }

 private:
  void show_text(const std::string& text) {
    auto shown = for_terminal(text);
    if (shown.empty()) return;
    print(shown);
    at_line_start_ = shown.back() == '\n';
  }
  void note(const std::string& text) {
    if (!at_line_start_) print("\n");
    at_line_start_ = true;
    fmt::print(stderr, "{}\n", dim(for_terminal(text)));
  }

  const AnswerStyle& style_;
  bool at_line_start_ = true;
  std::string error_;
  std::string finish_reason_;
};

}  // namespace

std::string new_session_id() { return "cli-" + random_hex(16); }

int converse(ApiClient& client, const std::string& session, const std::string& text, const AnswerStyle& style) {
  Screen screen(style);
  auto path = "/api/sessions/" + session;
  auto streamed = client.stream(path + "/messages", {{"text", text}}, [&](const Json& event) { screen.show(event); },
                                [&] { client.post_later(path + "/stop"); });
  if (!streamed) return fail_with(streamed.error());
  return screen.end();
}

}  // namespace chela::cli
