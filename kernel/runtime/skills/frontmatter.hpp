#pragma once

// The block of keys at the head of a SKILL.md, read as upstream reads it: YAML with upstream's repairs, one text for
// each key, and a parser of single lines for what YAML leaves out. Any thread.

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kernel/runtime/skills/yaml_value.hpp"

namespace chela::runtime::skills {

// Texts by key, in the order of the file. A key stands once.
class Fields {
 public:
  // Null when there is none.
  const std::string* find(std::string_view key) const;
  std::string_view get(std::string_view key) const;  // empty when there is none
  void set(std::string_view key, std::string value);
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::size_t index_of(std::string_view key) const;  // all().size() when there is none

  std::vector<std::pair<std::string, std::string>> fields_;
  std::unordered_map<std::string, std::size_t> places_;  // of the keys, once there are many
};

struct Frontmatter {
  Fields fields;
  std::string_view body;  // into the text that was given
};

// Line ends become LF, a byte order mark goes. Returns `content` itself where nothing changes; else `storage`.
std::string_view normalize_lines(std::string_view content, std::string& storage);

// `content` is normalised. No block: no fields, and everything is body. The problem's code is upstream's.
std::expected<Frontmatter, YamlProblem> read_frontmatter(std::string_view content);

// The block between the dashes, however it is written.
std::expected<Fields, YamlProblem> read_yaml_block(std::string_view block);

// What single lines say: `key: value`, or a key and indented lines below.
Fields read_line_fields(std::string_view block);

}  // namespace chela::runtime::skills
