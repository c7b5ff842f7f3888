#pragma once

// A running child on the loop: what it writes, its end, signals to its group. run_process and cages are made of it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/platform/spawn.hpp"

namespace chela {
class Loop;
}

namespace chela::platform {

enum class OutputStream : std::uint8_t { output, error_output };

struct ChildEnd {
  int exit_code = 0;  // -1 when a signal ended it
  int signal = 0;
  std::uint64_t peak_memory_bytes = 0;  // of the largest single process among it and what it waited for
};

// Loop thread only. Callbacks come from the loop, that of close_output() from within it; each may destroy the
// ChildProcess.
class ChildProcess {
 public:
  struct Events {
    std::move_only_function<void(OutputStream stream, std::string_view bytes)> on_output;
    // It was closed by all who held it, or by close_output().
    std::move_only_function<void(OutputStream stream)> on_output_end;
    std::move_only_function<void(const ChildEnd& end)> on_exit;  // once; what it left running may still write
  };

  // Starts `request`, whose descriptors 1 and 2 are replaced by pipes to the events. Errors: those of spawn().
  static Result<std::unique_ptr<ChildProcess>> start(Loop& loop, SpawnRequest request, Events events);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  // kills the group; no event comes any more, and the child is reaped all the same

  pid_t pid() const;
  bool running() const;
  bool is_open(OutputStream stream) const;
  // To it and to all that still share its group. The group's id stays taken while one of them lives.
  void signal_group(int signal);
  void close_output();

 private:
  struct Handles;
  explicit ChildProcess(Handles* handles) : handles_(handles) {}

  Handles* handles_;  // freed when libuv has closed the last of them, which may be after this
};

}  // namespace chela::platform
