#pragma once

// Numbers for calls into plugins, unique in the life of the process. Loop thread only.

#include <cstdint>

namespace chela::runtime {
std::uint64_t next_call_id();
}
