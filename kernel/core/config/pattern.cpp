#include "kernel/core/config/pattern.hpp"

namespace chela::config {
namespace {

// libstdc++ backtracks by default, which a pattern like (a+)+$ turns into a hang and a long text into a stack
// overflow. __polynomial selects its breadth-first matcher; other libraries have no such switch.
#ifdef __GLIBCXX__
constexpr auto kSyntax = std::regex::ECMAScript | std::regex_constants::__polynomial;
#else
constexpr auto kSyntax = std::regex::ECMAScript;
#endif

}  // namespace

Result<std::regex> compile_pattern(const std::string& pattern) {
  if (pattern.size() > kPatternBytesMax) {
    return fail(ErrorCode::too_large, "the pattern is longer than {} bytes", kPatternBytesMax);
  }
  try {
    return std::regex(pattern, kSyntax);
  } catch (const std::regex_error& error) {
    return fail(ErrorCode::invalid_argument, "the pattern {} cannot be compiled: {}", pattern, error.what());
  }
}

}  // namespace chela::config
