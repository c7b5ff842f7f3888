#pragma once

// Runs one case so that whatever it does is an outcome.

#include <cstdint>
#include <functional>
#include <string>

namespace chela::conformance {

enum class Verdict { pass, warn, skip, fail, crash, hang };

const char* name_of(Verdict verdict);

struct Report {
  Verdict verdict = Verdict::pass;
  std::string text;
  std::uint64_t time_ms = 0;
};

// Runs `body` in a child process of its own group, which is killed at the deadline. What the child writes to
// stderr is quoted when it crashes. Throws std::system_error when no child can be made.
Report run_in_child(const std::function<Report()>& body, std::uint64_t deadline_ms);

}  // namespace chela::conformance
