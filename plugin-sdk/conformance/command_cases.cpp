// chela.command/1: every command of the manifest is run.

#include <algorithm>

#include "chela/json.hpp"
#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{1} << 20;

bool is_truth_or_absent(const Json& details, const char* key) {
  return !details.contains(key) || details[key].is_boolean();
}

void check_details(const std::string& what, const std::string& text) {
  if (text.empty()) return;
  const Json details = read_json(text);
  if (!details.is_object()) fail("{} has details that are no JSON object", what);
  for (const char* key : {"continueAgent", "suppressReply"}) {
    if (!is_truth_or_absent(details, key)) fail("{} has details whose \"{}\" is neither true nor false", what, key);
  }
  const Json urls = details.value("mediaUrls", Json::array());
  const auto is_text = [](const Json& url) { return url.is_string(); };
  if (!urls.is_array() || !std::all_of(urls.begin(), urls.end(), is_text))
    fail("{} has details whose \"mediaUrls\" is no list of texts", what);
}

}  // namespace

void command_completes_once(Context& context) {
  require_kind(context, "command");
  expect_completions(context, {}, plain_commands(context.manifest));
}

void command_answers_fit(Context& context) {
  require_kind(context, "command");
  Subject subject(context);
  subject.up();
  for (const Ask& ask : plain_commands(context.manifest)) {
    const OpenAsk open = ask.begin(subject.host());
    subject.settle(*open.end);
    const std::size_t size = open.end->outcome().text.size();
    if (size > kAnswerBytesMax) fail("{} answers with {} bytes; nobody reads that", ask.what, size);
    check_details(ask.what, static_cast<const testing::RecordedCommand&>(*open.end).details());
  }
  subject.finish();
}

void survives_odd_command_lines(Context& context) {
  require_kind(context, "command");
  Asks asks;
  for (const CommandManifest& command : context.manifest.commands) {
    for (const std::string& text : odd_texts()) asks.push_back(command_ask(command.name, text, kPlainContext));
    for (const std::string& odd : extreme_objects()) asks.push_back(command_ask(command.name, "tea", odd));
  }
  asks.push_back(command_ask("conformance_no_such_command", "", "{}"));
  expect_completions(context, {}, asks);
}

void command_cancels(Context& context) {
  require_kind(context, "command");
  expect_cancels(context, {}, plain_commands(context.manifest));
}

void stop_ends_open_commands(Context& context) {
  require_kind(context, "command");
  expect_stop_ends(context, {}, plain_commands(context.manifest));
}

}  // namespace chela::conformance::checks
