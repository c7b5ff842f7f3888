#pragma once

// Where each value of a parsed document stands in its text, so that every later message can say `chela.json:12:7`
// and an edit can change one value and leave the rest as the person wrote it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/core/config/path.hpp"

namespace chela::config {

// Counted from 1; columns count code points. Line 0 means unknown.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool operator==(const Position&) const = default;
};

// Byte offsets into the text. For members, `begin` is where the key starts.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t value_begin = 0;
  std::uint32_t value_end = 0;
};

// One value of the text; objects and arrays have children in the order of the text.
struct SourceNode {
  bool is_member = false;  // else an item, or the root
  std::string key;         // of a member
  Span span;
  Position position;  // of the key for members, else of the value
  std::vector<SourceNode> children;
};

class SourceMap {
 public:
  SourceNode root;

  // Null when the text has nothing at `path`.
  const SourceNode* find(const Path& path) const;
  // The position of `path`, or of the nearest value around it.
  Position position_of(const Path& path) const;
};

}  // namespace chela::config
