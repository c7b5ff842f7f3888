#pragma once

// Child processes that run to their end: input in, output captured, nothing inherited that was not named.
// Loop thread only.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/platform/spawn.hpp"

namespace chela {
class Loop;
}

namespace chela::platform {

struct ProcessRequest {
  std::vector<std::string> argv;            // argv[0] is looked up in the PATH of `environment` unless it holds a slash
  Environment environment;                  // all that the child sees
  std::filesystem::path working_directory;  // empty: that of this process
  std::string input;                        // written to the child's standard input, which is then closed
  std::size_t output_bytes_max = 1u << 20;  // of standard output and standard error each; the rest is read and dropped
  Duration timeout = std::chrono::minutes(1);  // then SIGTERM, and SIGKILL after `kill_grace`, to its process group
  Duration kill_grace = std::chrono::seconds(2);
};

struct ExitStatus {
  int exit_code = 0;  // -1 when a signal ended it
  int signal = 0;
  bool timed_out = false;  // its deadline passed; output is what came before
  std::string output;
  std::string error_output;
  bool output_cut = false;  // output_bytes_max was reached
  bool error_output_cut = false;

  bool succeeded() const { return exit_code == 0 && signal == 0 && !timed_out; }
};

// Runs a child in a process group of its own, away from any terminal, so that what it starts ends with it. Errors:
// invalid_argument, not_found or denied when it cannot be started; cancelled once the group is killed and gone.
// Destroying the task kills the group at once.
Task<Result<ExitStatus>> run_process(Loop& loop, ProcessRequest request, CancelToken cancel);

}  // namespace chela::platform
