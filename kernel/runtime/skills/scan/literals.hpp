#pragma once

// Finds many literals in one pass, ignoring ASCII case: an Aho-Corasick automaton with a dense table. One lookup per
// byte whatever the text is. Immutable after construction; any thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace chela::runtime::skills::scan {

class Literals {
 public:
  struct Entry {
    std::string_view text;  // lower case, not empty; read by the constructor only
    std::uint16_t owner = 0;
  };
  explicit Literals(std::span<const Entry> entries);

  // Calls `found(owner, end)` for each occurrence, in the order of their ends, which are offsets behind the last byte.
  template <class Found>
  void search(std::string_view text, Found found) const {
    std::uint32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::uint16_t next = table_[state + classes_[static_cast<unsigned char>(text[i])]];
      state = (next & kStateMask) * width_;
      if (next & kHasOwners) {
        for (std::uint16_t owner : owners_[next & kStateMask]) found(owner, i + 1);
      }
    }
  }

 private:
  static constexpr std::uint16_t kHasOwners = 0x8000;
  static constexpr std::uint16_t kStateMask = 0x7fff;

  void add_classes(std::span<const Entry> entries);

  std::array<std::uint8_t, 256> classes_{};  // byte to column; 0 is every byte that no literal holds
  std::uint32_t width_ = 1;
  std::vector<std::uint16_t> table_;                // state * width_ + class to state, and whether that has owners
  std::vector<std::vector<std::uint16_t>> owners_;  // by state, those of its suffixes included
};

}  // namespace chela::runtime::skills::scan
