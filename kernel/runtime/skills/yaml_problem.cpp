#include "kernel/runtime/skills/yaml_problem.hpp"

#include <algorithm>
#include <string>

namespace chela::runtime::skills {
namespace {

YamlProblem at_line(std::string_view code, std::string_view message, std::size_t line) {
  return {std::string(code), std::string(message), line, true};
}

YamlProblem unexpected(std::size_t line) {
  return at_line("UNEXPECTED_TOKEN", "unexpected text", line);
}
YamlProblem bad_indent(std::size_t line) {
  return at_line("BAD_INDENT", "All mapping items must start at the same column", line);
}
YamlProblem several_lines(std::size_t line) {
  return at_line("MULTILINE_IMPLICIT_KEY", "Implicit keys need to be on a single line", line);
}
YamlProblem nested(std::size_t line) {
  return at_line("BLOCK_AS_IMPLICIT_KEY", "Nested mappings are not allowed in compact mappings", line);
}
YamlProblem tab(std::size_t line) {
  return at_line("TAB_AS_INDENT", "Tabs are not allowed as indentation", line);
}

// The line at which the value of the key that ends at `key_end` begins.
std::size_t value_line(const YamlLines& lines, YamlMark key_end) {
  auto rest = lines.from(key_end.line, key_end.column);
  std::size_t line = key_end.line;
  std::size_t at = rest.find(':');
  if (at == std::string_view::npos) return line;
  for (++at; at < rest.size(); ++at) {
    char c = rest[at];
    if (c == '\n') ++line;
    bool comment = c == '#' && (rest[at - 1] == ' ' || rest[at - 1] == '\t' || rest[at - 1] == '\n');
    if (comment)
      at = std::min(rest.find('\n', at), rest.size()) - 1;
    else if (c != ' ' && c != '\t' && c != '\n')
      return line;
  }
  return line;
}

bool begins_line(const YamlLines& lines, YamlMark at) {
  return lines.indent(at.line) == at.column;
}

char char_at(const YamlLines& lines, YamlMark at) {
  auto rest = lines.from(at.line, at.column);
  return rest.empty() ? '\0' : rest.front();
}

YamlProblem unexpected_colon(const YamlStop& stop, const YamlLines& lines) {
  if (!stop.in_document) {
    std::size_t first = 0;
    while (first < stop.at.line && (lines.is_blank(first) || lines.at(first)[lines.indent(first)] == '#')) ++first;
    return several_lines(first);
  }
  if (!stop.after_scalar) return nested(stop.at.line);
  auto between = lines.from(stop.last_end.line, stop.last_end.column);
  bool follows = between.find_first_not_of(" \t") == between.find(':');
  if (follows && stop.last_end.line == stop.at.line) {  // what was read is a key over several lines
    bool same_line = stop.after_value && stop.key_at.line == stop.last_at.line;
    return same_line ? nested(stop.last_at.line) : several_lines(stop.last_at.line);
  }
  auto line = value_line(lines, stop.last_end);
  return line > stop.last_end.line && stop.at.line > line ? several_lines(line) : nested(std::min(line, stop.at.line));
}

// A plain key goes on over lines that stand as far in, up to a comment.
YamlProblem missing_colon(const YamlStop& stop, const YamlLines& lines) {
  auto line = stop.context_at.line;
  auto text = lines.from(line, stop.context_at.column);
  text = text.substr(0, text.find('\n'));
  bool plain = !text.empty() && !std::string_view("[{\"'*&!").contains(text.front()) && !text.contains(" #");
  auto next = line + 1;
  while (next < lines.count() && lines.is_blank(next)) ++next;
  bool goes_on =
      next < lines.count() && lines.indent(next) >= stop.context_at.column && lines.at(next)[lines.indent(next)] != '#';
  if (plain && goes_on) return several_lines(line);
  return at_line("MISSING_CHAR", "Implicit map keys need to be followed by map values", line);
}

YamlProblem in_quoted(const YamlStop& stop, const YamlLines& lines) {
  auto last = std::min(stop.at.line, lines.count() - 1);
  auto outdented = lines.first_outdented(stop.context_at.line + 1, last, stop.indent_next);
  auto quote = std::string("Missing closing ") + (char_at(lines, stop.context_at) == '\'' ? "'quote" : "\"quote");
  if (outdented != YamlLines::npos) return at_line("MISSING_CHAR", quote, outdented);
  if (stop.problem.starts_with("found unexpected")) return at_line("MISSING_CHAR", quote, lines.count() - 1);
  return at_line("BAD_DQ_ESCAPE", "Invalid escape sequence", stop.at.line);
}

// Names of odd characters are read all the same: what comes here has none, or one that ends in a colon.
YamlProblem bad_reference(const YamlStop& stop, const YamlLines& lines) {
  auto rest = lines.from(stop.context_at.line, stop.context_at.column);
  rest = rest.substr(0, rest.find('\n'));
  bool bare = rest.size() < 2 || rest[1] == ' ' || rest[1] == '\t';
  if (bare && rest.contains(": ")) return nested(stop.at.line);
  return at_line("BAD_ALIAS", "Alias cannot be an empty string, or end in :", stop.at.line);
}

YamlProblem missing_key(const YamlStop& stop, const YamlLines& lines) {
  char c = char_at(lines, stop.at);
  if (begins_line(lines, stop.at))
    return c == '-' && stop.at.column == 0 ? several_lines(stop.at.line) : bad_indent(stop.at.line);
  if (c == '&') return at_line("MULTIPLE_ANCHORS", "A node can have at most one anchor", stop.at.line);
  if (c == '!') return at_line("MULTIPLE_TAGS", "A node can have at most one tag", stop.at.line);
  return unexpected(stop.at.line);
}

YamlProblem in_flow(const YamlStop& stop, const YamlLines& lines) {
  char c = char_at(lines, stop.at);
  bool closes = c == ']' || c == '}' || c == '\0';
  if (c == ':')
    return at_line("BLOCK_IN_FLOW", "Block collections are not allowed within flow collections", stop.at.line);
  if (c == '[' || c == '{') return unexpected(stop.at.line);
  if (closes)
    return at_line("BAD_INDENT", "Flow collection must end with its own bracket",
                   std::min(stop.at.line, lines.count() - 1));
  return at_line("MISSING_CHAR", "Missing , or : between flow items", stop.at.line);
}

YamlProblem after_document(const YamlStop& stop, const YamlLines& lines) {
  for (std::size_t line = 0; line < stop.at.line; ++line) {
    if (lines.at(line).starts_with("...")) {
      return at_line("MULTIPLE_DOCS", "Source contains multiple documents", stop.at.line);
    }
    if (lines.at(line).starts_with('%'))
      return at_line("MISSING_CHAR", "Missing directives-end indicator line", stop.at.line);
  }
  return unexpected(stop.at.line);
}

YamlProblem bad_start(const YamlStop& stop, const YamlLines& lines) {
  if (char_at(lines, stop.at) == '\t') return tab(stop.at.line);
  return at_line("BAD_SCALAR_START", "Plain value cannot start with a reserved character", stop.at.line);
}

}  // namespace

std::size_t outdented_in_flow(const YamlLines& lines, std::size_t first, YamlMark end, std::size_t indent) {
  for (auto line = first; (line = lines.first_outdented(line, end.line, indent)) != YamlLines::npos; ++line) {
    auto at = lines.indent(line);
    char lead = lines.at(line)[at];
    bool is_end = line == end.line && at + 1 == indent && at + 1 == end.column && (lead == ']' || lead == '}');
    if (!is_end && lead != '#') return line;
  }
  return YamlLines::npos;
}

YamlProblem problem_of(const YamlStop& stop, const YamlLines& lines) {
  if (stop.context.contains("quoted scalar")) return in_quoted(stop, lines);
  if (stop.in_flow) {
    auto line = outdented_in_flow(lines, stop.flow_line + 1, stop.at, stop.flow_indent_next);
    if (line != YamlLines::npos) return bad_indent(line);
  }
  if (stop.problem.starts_with("mapping values are not allowed")) return unexpected_colon(stop, lines);
  if (stop.problem.starts_with("mapping keys are not allowed")) return nested(stop.at.line);
  if (stop.problem.starts_with("could not find expected ':'")) return missing_colon(stop, lines);
  if (stop.problem.contains("tab character")) {
    return stop.context.contains("block scalar") ? bad_indent(stop.at.line) : tab(stop.at.line);
  }
  if (stop.problem.starts_with("found character that cannot start")) return bad_start(stop, lines);
  if (stop.context.contains("block scalar") && begins_line(lines, stop.context_at))
    return several_lines(stop.context_at.line);
  if (stop.context.contains("scanning an a")) return bad_reference(stop, lines);
  if (stop.context.contains("scanning a directive")) return bad_start(stop, lines);
  if (stop.problem.contains("tag")) return at_line("TAG_RESOLVE_FAILED", "Could not resolve tag", stop.at.line);
  if (stop.problem == "did not find expected key") return missing_key(stop, lines);
  if (stop.problem.starts_with("did not find expected ',' or")) return in_flow(stop, lines);
  if (stop.problem == "did not find expected '-' indicator" && stop.at.column > 0) return bad_indent(stop.at.line);
  if (stop.problem == "did not find expected <document start>") return after_document(stop, lines);
  if (char_at(lines, stop.at) == ',' && !stop.in_flow) return bad_start(stop, lines);
  return unexpected(stop.at.line);
}

}  // namespace chela::runtime::skills
