#pragma once

// How many files and sockets this process may hold. Any thread.

#include <cstddef>

namespace chela::platform {

// The limit in force; the largest number when there is none.
std::size_t descriptor_limit();

// Raises the limit in force to what the system allows this process, once at start. Returns descriptor_limit().
std::size_t raise_descriptor_limit();

}  // namespace chela::platform
