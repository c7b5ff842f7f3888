#include "kernel/core/config/problem.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace chela::config {

std::string text_of(const Problem& problem) {
  std::string out;
  if (!problem.where.empty()) out += problem.where + ": ";
  if (!problem.path.empty()) out += problem.path + ": ";
  out += problem.message;
  if (!problem.suggestion.empty()) out += fmt::format(", did you mean \"{}\"?", problem.suggestion);
  return out + fmt::format(" ({})", problem.code);
}

bool has_errors(const std::vector<Problem>& problems) {
  return std::ranges::any_of(problems, [](const Problem& problem) { return problem.severity == Severity::error; });
}

}  // namespace chela::config
