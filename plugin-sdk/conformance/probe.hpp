#pragma once

// What a host runs in a process of its own before it lets a strange plugin into its own process.

#include <string>

namespace chela::conformance {

// The line that ends the report of a plugin that came through.
inline constexpr const char* kProbeDone = "done";

// Loads the library, which may change nothing in the process, then creates, configures, starts, stops and destroys an instance, with a fake host. Writes a line
// to standard output before each step; what the plugin prints goes to standard error. Refusals of the plugin are no
// fault and end the probe early with kProbeDone; a crash or an exit() is seen by who waits for the process.
// Returns the exit code of the process: 0, or 1 and a line on standard error when loading it has changed the process.
int probe(const std::string& library, const std::string& configuration);

}  // namespace chela::conformance
