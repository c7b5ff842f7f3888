#pragma once

// The conformance kit: checks that a plugin keeps the rules of the ABI, with a fake host and without a kernel.

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace chela::conformance {

struct Options {
  std::string library;                 // the plugin's .so
  std::string manifest;                // empty: chela.plugin.json beside the library
  std::string configuration;           // JSON object for cases that need a started plugin; empty: {}
  std::string filter;                  // only cases whose name contains it
  bool json = false;                   // one JSON object instead of lines
  bool in_process = false;             // for a debugger: no child processes, no deadlines; a crash ends the run
  std::uint64_t seed = 0;              // of generated arguments; 0: a new one, which the report names
  std::uint64_t deadline_ms = 10'000;  // per case
};

struct CaseName {
  std::string name;
  std::string sentence;
};

// Every case, in the order in which they run.
std::vector<CaseName> case_names();

// Checks the plugin and writes the report to `out`. Returns 0 when no case failed, crashed or hung, 1 when one did,
// and 2 when the kit itself could not run. Forks: call it before the process has a second thread.
int run(const Options& options, std::FILE* out);

}  // namespace chela::conformance
