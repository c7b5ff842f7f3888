#include "kernel/core/config/source_map.hpp"

#include <algorithm>

namespace chela::config {
namespace {

// The child that `segment` means. A list has children without keys.
const SourceNode* find_child(const SourceNode& node, const Segment& segment) {
  if (!std::holds_alternative<std::size_t>(segment)) {
    const auto& key = std::get<std::string>(segment);
    auto child = std::ranges::find_if(node.children, [&](const auto& c) { return c.is_member && c.key == key; });
    if (child != node.children.end()) return &*child;
  }
  std::size_t index = as_index(segment);
  if (index >= node.children.size()) return nullptr;
  const auto& child = node.children[index];
  return child.is_member ? nullptr : &child;
}

}  // namespace

const SourceNode* SourceMap::find(const Path& path) const {
  const SourceNode* node = &root;
  for (const auto& segment : path.segments()) {
    node = find_child(*node, segment);
    if (!node) return nullptr;
  }
  return node;
}

Position SourceMap::position_of(const Path& path) const {
  const SourceNode* node = &root;
  for (const auto& segment : path.segments()) {
    const SourceNode* child = find_child(*node, segment);
    if (!child) break;
    node = child;
  }
  return node->position;
}

}  // namespace chela::config
