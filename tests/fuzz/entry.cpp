#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "kernel/core/log/line.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {

void must(bool holds, std::string_view promise, std::string_view broken_by) {
  if (holds) return;
  auto shown = log::escape_for_terminal(broken_by.substr(0, 2000));
  std::fprintf(stderr, "\nbroken promise: %.*s\n%s\n", static_cast<int>(promise.size()), promise.data(), shown.c_str());
  std::abort();
}

Dice::Dice(std::string_view bytes) {
  for (char c : bytes) state_ = (state_ ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;  // FNV-1a
}

std::uint64_t Dice::next() {  // splitmix64
  std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

std::vector<Pieces> cuts(std::string_view bytes) {
  Pieces some;
  Pieces single;
  Dice dice(bytes);
  for (auto rest = bytes; !rest.empty();) {
    auto size = std::min(rest.size(), 1 + dice.below(std::size_t{1} << dice.below(8)));
    some.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
  return {{bytes}, std::move(some), std::move(single)};
}

}  // namespace chela::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chela::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
