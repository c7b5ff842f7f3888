#include "kernel/core/base/random.hpp"

#include <sys/random.h>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/text.hpp"

namespace chela {

std::string random_hex(std::size_t digits) {
  std::string bytes((digits + 1) / 2, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    ssize_t got = getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    CHELA_ASSERT(got > 0, "getrandom fails only before the machine has booted");
    filled += static_cast<std::size_t>(got);
  }
  return to_hex(bytes).substr(0, digits);
}

}  // namespace chela
