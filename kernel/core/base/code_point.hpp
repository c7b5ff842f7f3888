#pragma once

// One character as UTF-8 (RFC 3629). Any thread.

#include <string>

namespace chela {

// `point` is a code point up to U+10FFFF, and no surrogate.
void append_code_point(std::string& out, char32_t point);

}  // namespace chela
