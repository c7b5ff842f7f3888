#pragma once

// A program in a cage that has the streams of this one, such as a command line of a plugin with a person at its terminal.

#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/cage/policy.hpp"

namespace chela::cage {

struct ForegroundRequest {
  std::vector<std::string> command;  // argv; the program as it is called inside
  CagePolicy policy;
  std::string document;  // what it reads from descriptor 3, to its end
};

struct ForegroundExit {
  int exit_code = 0;   // of a program that a signal has ended: 128 and its number, as a shell says it
  std::string reason;  // of the limit that ended it, for people; empty otherwise
};

// Runs it to its end, and blocks meanwhile; for programs with one thread. SIGINT, SIGTERM and SIGHUP of this process go
// to the program; the third of them ends everything in the cage. Errors: those of prepare() and spawn().
Result<ForegroundExit> run_in_foreground(ForegroundRequest request);

}  // namespace chela::cage
