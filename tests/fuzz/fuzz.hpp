#pragma once

// What the fuzz targets share. A target is one file that defines run(); entry.cpp calls it with each input.
// Whatever else a target needs to decide (where to cut, what to choose) follows from the input's bytes, so that a
// seed is a plain file of what the surface takes, and an input that failed fails again.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace chela::fuzz {

// Reads `bytes` as the outside world sent them. Aborts when a promise is broken.
void run(std::string_view bytes);

// Stops the process, with `promise` and what broke it, unless `holds`. libFuzzer then keeps the input.
void must(bool holds, std::string_view promise, std::string_view broken_by = {});

// Choices that depend on `bytes` alone.
class Dice {
 public:
  explicit Dice(std::string_view bytes);
  std::uint64_t next();
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }  // `bound` is not 0

 private:
  std::uint64_t state_ = 0xcbf29ce484222325;
};

// `bytes` in pieces as a network may cut them: in one, in some of many sizes, and one by one.
using Pieces = std::vector<std::string_view>;
std::vector<Pieces> cuts(std::string_view bytes);

}  // namespace chela::fuzz
