#include "kernel/core/base/random.hpp"

#include <sys/random.h>

#include <cstdint>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/text.hpp"

namespace chela {
namespace {

void fill_randomly(void* bytes, std::size_t size) {
  std::size_t filled = 0;
  while (filled < size) {
    ssize_t got = getrandom(static_cast<char*>(bytes) + filled, size - filled, 0);
    CHELA_ASSERT(got > 0, "getrandom fails only before the machine has booted");
    filled += static_cast<std::size_t>(got);
  }
}

}  // namespace

std::string random_hex(std::size_t digits) {
  std::string bytes((digits + 1) / 2, '\0');
  fill_randomly(bytes.data(), bytes.size());
  return to_hex(bytes).substr(0, digits);
}

double random_fraction() {
  std::uint64_t bits = 0;
  fill_randomly(&bits, sizeof bits);
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

}  // namespace chela
