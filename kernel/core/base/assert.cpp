#include "kernel/core/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace chela {

void assertion_failed(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "chela: invariant broken at %s:%d: %s (%s)\n", file, line, why, condition);
  std::abort();
}

}  // namespace chela
