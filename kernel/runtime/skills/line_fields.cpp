#include "kernel/runtime/skills/frontmatter.hpp"

#include <algorithm>

#include "kernel/runtime/skills/field_line.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

std::string_view line_at(std::string_view block, std::size_t at) {
  auto rest = block.substr(at);
  return rest.substr(0, rest.find('\n'));
}

bool is_indented(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

}  // namespace

std::optional<FieldLine> split_field(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && is_word(line[end])) ++end;
  if (end == 0 || end == line.size() || line[end] != ':') return std::nullopt;
  auto value = trim_start(line.substr(end + 1));
  bool ends_line = value.contains("\xE2\x80\xA8") || value.contains("\xE2\x80\xA9");
  if (ends_line) return std::nullopt;
  return FieldLine{line.substr(0, end), value};
}

std::string_view strip_quotes(std::string_view text) {
  if (text.empty() || (text.front() != '"' && text.front() != '\'') || text.back() != text.front()) return text;
  return text.size() < 2 ? std::string_view() : text.substr(1, text.size() - 2);
}

Fields read_line_fields(std::string_view block) {
  Fields fields;
  for (std::size_t at = 0; at <= block.size();) {
    auto line = line_at(block, at);
    at += line.size() + 1;
    auto field = split_field(line);
    if (!field) continue;
    auto value = trim_end(field->value);
    if (value.empty() && at <= block.size() && is_indented(line_at(block, at))) {
      auto begin = at;
      for (; at <= block.size(); at += line_at(block, at).size() + 1) {
        auto below = line_at(block, at);
        if (!below.empty() && !is_indented(below)) break;
      }
      value = trim_blanks(block.substr(begin, std::min(at, block.size()) - begin));
    } else {
      value = strip_quotes(value);
    }
    if (!value.empty()) fields.set(field->key, std::string(value));
  }
  return fields;
}

}  // namespace chela::runtime::skills
