#pragma once

// Regular expressions of schemas, made safe: bounded size, and matching that takes no stack and no exponential time.

#include <cstddef>
#include <regex>
#include <string>

#include "kernel/core/base/error.hpp"

namespace chela::config {

inline constexpr std::size_t kPatternBytesMax = 512;
// A longer text is refused instead of being matched: the cost grows with the square of its length.
inline constexpr std::size_t kPatternSubjectBytesMax = 1024;

// ECMAScript syntax. Error `invalid_argument` says why it does not compile; back-references do not.
Result<std::regex> compile_pattern(const std::string& pattern);

}  // namespace chela::config
