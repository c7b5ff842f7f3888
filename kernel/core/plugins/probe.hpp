#pragma once

// Tries a strange plugin in a process of its own before its library comes into this one, so that a crash, an exit or
// a hang while it is loaded, created, configured, started, stopped and destroyed ends that process and not the gateway.
// It proves nothing about what the plugin does later: in this process it has the gateway's full trust.

#include <string>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela {
class Loop;
}

namespace chela::plugins {

struct ProbeOptions {
  // The program and its first arguments; the library is added as the last one, the configuration is its input. It
  // writes a line before each step and "done" after the last. Empty: nothing is probed.
  std::vector<std::string> command;
  Duration timeout = std::chrono::seconds(10);
};

// An error says in which step the plugin ended the process, or that it took too long, and what it said last.
// Errors also when the program cannot be run. `loop` outlives the task. Loop thread.
Task<Result<void>> probe(Loop& loop, ProbeOptions options, std::shared_ptr<const Manifest> manifest,
                         std::string config);

}  // namespace chela::plugins
