#pragma once

// Installs what a plan says. The one way to it, for the command line and for the gateway. Loop thread.

#include <string>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/skills/needs/option.hpp"

namespace chela {
class Loop;
}

namespace chela::runtime::skills::needs {

struct InstallContext {
  Loop& loop;
  bool local_downloads = false;  // also from addresses that are not of the public internet
  Duration timeout = std::chrono::seconds(300);
};

struct Installed {
  bool succeeded = false;  // it ended well, and the programs that the plan promised are there
  std::string summary;     // one sentence, and what to do when it failed
  int exit_code = 0;                      // of the installer; 0 for downloads
  std::string output;                     // the last 16 KB of what the installer said, valid UTF-8
  std::vector<std::string> missing_bins;  // that the plan promised and that are not there
};

// Runs it to its end, deadline or cancellation. `approved` must be `plan.shown`: what a person saw is what is done.
// Errors: denied when it is not, cancelled; everything else is an outcome.
Task<Result<Installed>> install(InstallContext context, Plan plan, std::string approved, CancelToken cancel);

}  // namespace chela::runtime::skills::needs
