#include "kernel/runtime/skills/scan/literals.hpp"

#include <queue>

#include "kernel/core/base/assert.hpp"

namespace chela::runtime::skills::scan {

void Literals::add_classes(std::span<const Entry> entries) {
  for (const auto& entry : entries) {
    for (unsigned char byte : entry.text) {
      if (classes_[byte] == 0) classes_[byte] = static_cast<std::uint8_t>(width_++);
    }
  }
  for (unsigned char upper = 'A'; upper <= 'Z'; ++upper) classes_[upper] = classes_[upper - 'A' + 'a'];
}

Literals::Literals(std::span<const Entry> entries) {
  add_classes(entries);
  table_.assign(width_, 0);
  owners_.resize(1);
  for (const auto& entry : entries) {
    std::size_t state = 0;
    for (unsigned char byte : entry.text) {
      std::size_t slot = state * width_ + classes_[byte];
      if (table_[slot] == 0) {
        table_[slot] = static_cast<std::uint16_t>(owners_.size());
        owners_.emplace_back();
        table_.resize(table_.size() + width_, 0);
      }
      state = table_[slot];
    }
    owners_[state].push_back(entry.owner);
  }
  CHELA_ASSERT(owners_.size() <= kStateMask, "a state and its flag share sixteen bits");

  // Breadth first: the state of the longest proper suffix is complete before it is used. Missing edges become its.
  std::vector<std::uint16_t> suffix(owners_.size(), 0);
  std::queue<std::uint16_t> open;
  for (std::uint32_t column = 0; column < width_; ++column) {
    if (table_[column] != 0) open.push(table_[column]);
  }
  while (!open.empty()) {
    std::uint16_t state = open.front();
    open.pop();
    const auto& inherited = owners_[suffix[state]];
    owners_[state].insert(owners_[state].end(), inherited.begin(), inherited.end());
    for (std::uint32_t column = 0; column < width_; ++column) {
      std::uint16_t& next = table_[state * width_ + column];
      std::uint16_t fallback = table_[suffix[state] * width_ + column];
      if (next == 0) {
        next = fallback;
      } else {
        suffix[next] = fallback;
        open.push(next);
      }
    }
  }
  for (auto& next : table_) {
    if (!owners_[next].empty()) next |= kHasOwners;
  }
}

}  // namespace chela::runtime::skills::scan
