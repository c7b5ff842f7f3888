#pragma once

// Identifiers that cannot be guessed, from the kernel's random source.

#include <cstddef>
#include <string>

namespace chela {

// `digits` lower-case hex digits, 4 bits of entropy each. Any thread.
std::string random_hex(std::size_t digits);

// Evenly distributed in [0, 1). Any thread.
double random_fraction();

}  // namespace chela
