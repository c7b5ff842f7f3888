#include "kernel/core/config/edit.hpp"

#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/config/json5_scanner.hpp"
#include "kernel/core/config/overlay.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

constexpr std::string_view kStep = "  ";
constexpr std::size_t kFileBytesMax = 1 << 20;

struct Parsed {
  json document;
  SourceMap map;
};

Result<Parsed> parse(std::string_view text) {
  Parsed out;
  auto document = parse_json5(text, &out.map);
  if (!document) {
    const auto& [at, message] = document.error();
    return fail(ErrorCode::invalid_argument, "the file is not JSON5 at {}:{}: {}; mend it first", at.line, at.column,
                message);
  }
  out.document = std::move(*document);
  return out;
}

// Never throws; bytes that are no UTF-8 change, which the proof at the end notices.
// One edit of a text that is parsed already.
class Editor {
 public:
  Editor(std::string_view text, const Parsed& parsed) : text_(text), parsed_(parsed) {
    const auto& members = parsed.map.root.children;
    quote_keys_ = !members.empty() && text[members[0].span.begin] == '"';
  }

  Result<std::string> set(const Path& path, const json& value) const {
    const SourceNode* node = &parsed_.map.root;
    Path around;
    for (const auto& segment : path.segments()) {
      const SourceNode* child = parsed_.map.find(around.child(segment));
      if (!child) break;
      node = child;
      around = around.child(segment);
    }
    if (around.size() == path.size()) {
      return replaced(node->span.value_begin, node->span.value_end, render(value, indent_at(node->span.begin)));
    }
    const json& container = *around.find_in(parsed_.document);
    const Segment& missing = path.segments()[around.size()];
    json nested = nullptr;
    Path inner;
    for (std::size_t i = around.size() + 1; i < path.size(); ++i) inner = inner.child(path.segments()[i]);
    CHELA_CHECK(set_value(nested, inner, value));
    if (container.is_array() && as_index(missing) == container.size()) return with_child(*node, "", nested);
    if (container.is_object() && std::holds_alternative<std::string>(missing)) {
      return with_child(*node, render_key(std::get<std::string>(missing)) + ": ", nested);
    }
    return fail(
        ErrorCode::invalid_argument, "{} is {}", around.text(),
        container.is_array() ? fmt::format("a list; the next item is [{}]", container.size()) : "not an object");
  }

  Result<std::string> unset(const Path& path) const {
    const SourceNode* node = parsed_.map.find(path);
    if (!node || path.empty()) return fail(ErrorCode::not_found, "{} is not set in the file", path.text());
    const SourceNode* parent = parsed_.map.find(path.parent());
    auto index = static_cast<std::size_t>(node - parent->children.data());
    std::size_t begin = node->span.begin;
    std::size_t end = node->span.value_end;
    std::string out(text_);
    auto comma = comma_after(end);
    if (comma) end = *comma + 1;
    std::tie(begin, end) = whole_lines(begin, end);
    out.erase(begin, end - begin);
    if (!comma && index > 0) out.erase(*comma_after(parent->children[index - 1].span.value_end), 1);
    return out;
  }

 private:
  std::string replaced(std::size_t begin, std::size_t end, std::string_view with) const {
    return fmt::format("{}{}{}", text_.substr(0, begin), with, text_.substr(end));
  }

  // `container` with `key` and `value` at its end.
  std::string with_child(const SourceNode& container, const std::string& key, const json& value) const {
    std::size_t close = container.span.value_end - 1;
    if (container.children.empty()) {
      std::string outer = indent_at(container.span.begin);
      std::string inner = outer + std::string(kStep);
      std::size_t begin = text_.find_last_not_of(" \t\r\n", close - 1) + 1;  // comments stay
      return replaced(begin, close, fmt::format("\n{}{}{}\n{}", inner, key, render(value, inner), outer));
    }
    const SourceNode& last = container.children.back();
    auto comma = comma_after(last.span.value_end);
    std::size_t after = comma ? *comma + 1 : last.span.value_end;
    bool one_line = text_.substr(container.span.value_begin, close - container.span.value_begin).find('\n') ==
                    std::string_view::npos;
    std::string indent = indent_at(last.span.begin);
    std::string child = fmt::format("{}{}{}", key, render(value, indent), comma ? "," : "");
    std::string out(text_);
    if (one_line) {
      out.insert(after, (comma ? " " : ", ") + child);
      return out;
    }
    out.insert(end_of_line_after(after, close), "\n" + indent + child);
    if (!comma) out.insert(last.span.value_end, ",");
    return out;
  }

  // Where the comma after a value stands, if there is one.
  std::optional<std::size_t> comma_after(std::size_t end) const {
    Json5Scanner scanner(text_.substr(end));
    if (!scanner.skip_blank() || scanner.peek() != ',') return std::nullopt;
    return end + scanner.offset();
  }

  // The end of the line that `at` is on, its comment included, or `at` when something else follows there.
  std::size_t end_of_line_after(std::size_t at, std::size_t limit) const {
    std::size_t line_end = std::min(text_.find('\n', at), limit);
    std::string_view rest = text_.substr(at, line_end - at);
    std::size_t start = rest.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) return at;
    std::string_view comment = rest.substr(start);
    bool whole =
        comment.starts_with("//") || (comment.starts_with("/*") && comment.find("*/") != std::string_view::npos);
    return whole ? at + rest.find_last_not_of(" \t\r") + 1 : at;
  }

  // Widens [begin, end) to whole lines, with a comment at the end of the last, when nothing else is on them.
  std::pair<std::size_t, std::size_t> whole_lines(std::size_t begin, std::size_t end) const {
    std::size_t line_begin = begin == 0 ? 0 : text_.rfind('\n', begin - 1) + 1;
    bool alone_before = text_.substr(line_begin, begin - line_begin).find_first_not_of(" \t") == std::string_view::npos;
    std::size_t line_end = text_.find('\n', end);
    if (!alone_before || line_end == std::string_view::npos) {
      while (end < text_.size() && text_[end] == ' ') ++end;
      return {begin, end};
    }
    std::string_view rest = text_.substr(end, line_end - end);
    auto start = rest.find_first_not_of(" \t\r");
    bool alone_after = start == std::string_view::npos || rest.substr(start).starts_with("//");
    return alone_after ? std::pair(line_begin, line_end + 1) : std::pair(begin, end + (rest.starts_with(' ') ? 1 : 0));
  }

  // The blanks at the front of the line that `at` is on.
  std::string indent_at(std::size_t at) const {
    std::size_t line_begin = at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
    std::size_t end = std::min(text_.find_first_not_of(" \t", line_begin), at);
    return std::string(text_.substr(line_begin, end - line_begin));
  }

  std::string render_key(const std::string& key) const {
    return !quote_keys_ && is_json5_identifier(key) ? key : json_text(key);
  }

  std::string render(const json& value, const std::string& indent) const {
    if (!value.is_structured() || value.empty()) return json_text(value);
    std::string inner = indent + std::string(kStep);
    std::string out(value.is_array() ? "[" : "{");
    for (auto member = value.begin(); member != value.end(); ++member) {
      std::string key = value.is_object() ? render_key(member.key()) + ": " : "";
      bool last = std::next(member) == value.end();
      out += fmt::format("\n{}{}{}{}", inner, key, render(*member, inner), last && quote_keys_ ? "" : ",");
    }
    return out + '\n' + indent + (value.is_array() ? ']' : '}');
  }

  std::string_view text_;
  const Parsed& parsed_;
  bool quote_keys_ = false;  // the file looks like plain JSON: keep it so
};

// An edit of a person's file is proved before it is handed out.
Result<std::string> proved(Result<std::string> text, const json& expected) {
  if (!text) return text;
  CHELA_TRY(Parsed after, parse(*text));
  if (after.document == expected) return text;
  return fail(ErrorCode::internal, "editing the file would change more than the one key; nothing was written");
}

}  // namespace

Result<std::string> text_to_edit(const ConfigFile& file) {
  if (file.kind == ConfigFile::Kind::upstream) {
    return fail(ErrorCode::denied, "{} belongs to OpenClaw and is only read; copy it to chela.json in the home first",
                file.path.string());
  }
  auto text = platform::read_file(file.path, kFileBytesMax);
  if (text || text.error().code != ErrorCode::not_found) return text;
  return std::string();
}

Result<std::string> with_value(std::string_view text, const Path& path, const json& value) {
  bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  std::string_view base = blank ? "{}\n" : text;
  CHELA_TRY(Parsed parsed, parse(base));
  json expected = parsed.document;
  CHELA_CHECK(set_value(expected, path, value));
  return proved(Editor(base, parsed).set(path, value), expected);
}

Result<std::string> without_value(std::string_view text, const Path& path) {
  CHELA_TRY(Parsed parsed, parse(text));
  if (path.empty() || !path.find_in(parsed.document)) {
    return fail(ErrorCode::not_found, "{} is not set in the file", path.text());
  }
  json expected = parsed.document;
  json& parent = *const_cast<json*>(path.parent().find_in(expected));  // `expected` is ours to change
  const Segment& last = path.segments().back();
  if (parent.is_array()) {
    parent.erase(as_index(last));
  } else {
    parent.erase(as_key(last));
  }
  return proved(Editor(text, parsed).unset(path), expected);
}

Result<void> write_config_file(const std::filesystem::path& file, std::string_view text) {
  std::error_code ignored;
  auto target = std::filesystem::canonical(file, ignored);
  if (target.empty()) target = file;  // a new file
  struct stat status{};
  bool exists = ::stat(target.c_str(), &status) == 0;
  return platform::write_file_atomically(target, text, exists ? status.st_mode & 0777 : platform::kPrivateFileMode);
}

}  // namespace chela::config
