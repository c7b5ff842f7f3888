#include "plugins/providers/demo/result_words.hpp"

#include <algorithm>
#include <vector>

#include "chela/json.hpp"

namespace chela::providers::demo {

namespace {

constexpr std::size_t kShownBytesMax = 2000;
constexpr std::size_t kShownLinesMax = 30;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// `text` between fences that are longer than any within it.
std::string fenced(std::string_view text) {
  std::size_t longest = 2;
  for (std::size_t i = 0, run = 0; i < text.size(); ++i) {
    run = text[i] == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "\n" + std::string(text) + (text.empty() || text.back() == '\n' ? "" : "\n") + fence;
}

std::string_view shortened(std::string_view text) {
  if (text.size() <= kShownBytesMax) return text;
  std::size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string words_for_time(const std::string& text) {
  const Json time = read_json(text);
  const std::string local = text_of(time, "local");
  if (local.size() < 25) return "The clock says:\n\n" + fenced(text);
  return "It is **" + local.substr(11, 5) + "** on **" + text_of(time, "weekday") + ", " + local.substr(0, 10) +
         "** in " + text_of(time, "time_zone") + " (" + text_of(time, "abbreviation") + ", UTC" + local.substr(19) +
         ").";
}

std::string words_for_list(const std::string& text) {
  if (text.empty() || text.front() == '[') {
    return "There is nothing in there yet. Ask me to *“write a note: hello”*, and there will be.";
  }
  std::string list;
  std::size_t lines = 0;
  std::size_t left_out = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    if (lines >= kShownLinesMax) {
      ++left_out;
      continue;
    }
    ++lines;
    const std::size_t detail = line.rfind(" (");
    list += line.front() == '[' ? "\n" + line + "\n"
                                : "- `" + line.substr(0, detail) + "`" +
                                      (detail == std::string::npos ? "" : line.substr(detail)) + "\n";
  }
  std::string words = "This is what I found:\n\n" + list;
  if (left_out > 0) words += "\n… and " + std::to_string(left_out) + " more.";
  return words;
}

std::string words_for_file(const std::string& path, const std::string& text) {
  const std::string_view shown = shortened(text);
  std::string words = (path.empty() ? "The file" : "`" + path + "`") + " says:\n\n" + fenced(shown);
  if (shown.size() < text.size()) words += "\n\nThat is its beginning; I leave the rest out.";
  return words;
}

}  // namespace

std::string words_for(const ToolResult& result) {
  if (result.text.rfind("Error", 0) == 0) {
    return "That did not work. The tool `" + result.name + "` answered:\n\n" + fenced(shortened(result.text));
  }
  const std::string path = text_of(read_json(result.arguments), "path");
  if (result.name == "current_time") return words_for_time(result.text);
  if (result.name == "list_files") return words_for_list(result.text);
  if (result.name == "read_file") return words_for_file(path, result.text);
  if (result.name == "write_file") {
    return "Done: " + std::string(shortened(result.text)) + ".\n\nAsk me to *“read " + path + "”* to see it.";
  }
  return "The tool `" + result.name + "` answered:\n\n" + fenced(shortened(result.text));
}

}  // namespace chela::providers::demo
