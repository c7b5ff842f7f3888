#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {

std::uint64_t next_call_id() {
  static std::uint64_t last = 0;  // a counter has no owner to pass it: it is the identity of the process itself
  return ++last;
}

}  // namespace chela::runtime
