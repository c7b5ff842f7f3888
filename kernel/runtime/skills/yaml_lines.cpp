#include "kernel/runtime/skills/yaml_lines.hpp"

#include <algorithm>

namespace chela::runtime::skills {

YamlLines::YamlLines(std::string_view text) : text_(text), starts_{0} {
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) starts_.push_back(at + 1);
}

std::string_view YamlLines::at(std::size_t line) const {
  if (line >= starts_.size()) return {};
  auto rest = text_.substr(starts_[line]);
  return rest.substr(0, rest.find('\n'));
}

std::size_t YamlLines::indent(std::size_t line) const {
  auto text = at(line);
  return std::min(text.find_first_not_of(' '), text.size());
}

bool YamlLines::is_blank(std::size_t line) const {
  return indent(line) == at(line).size();
}

std::string_view YamlLines::from(std::size_t line, std::size_t column) const {
  if (line >= starts_.size()) return {};
  auto rest = text_.substr(starts_[line]);
  std::size_t offset = 0;
  for (; column > 0 && offset < rest.size(); --column) {
    do ++offset;
    while (offset < rest.size() && (static_cast<unsigned char>(rest[offset]) & 0xC0) == 0x80);
  }
  return rest.substr(offset);
}

std::size_t YamlLines::first_outdented(std::size_t first, std::size_t last, std::size_t indent) const {
  for (std::size_t line = first; indent > 0 && line <= last && line < count(); ++line) {
    if (!is_blank(line) && this->indent(line) < indent) return line;
  }
  return npos;
}

}  // namespace chela::runtime::skills
