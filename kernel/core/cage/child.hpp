#pragma once

// A long-lived program in a cage: started, listened to, measured, ended with everything that it started.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/cage/cgroup.hpp"
#include "kernel/core/cage/cgroup_place.hpp"
#include "kernel/core/cage/limits.hpp"
#include "kernel/core/cage/policy.hpp"
#include "kernel/core/loop/timer.hpp"
#include "kernel/core/platform/child_process.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela {
class Loop;
}

namespace chela::cage {

struct ChildUsage {
  std::uint64_t memory_bytes = 0;
  std::uint64_t peak_memory_bytes = 0;  // as far as it was seen; of the whole tree where control groups count
  std::chrono::microseconds cpu_time{0};
  std::uint32_t processes = 0;  // threads count
};

struct ChildExit {
  int exit_code = 0;  // -1 when a signal ended it
  int signal = 0;
  std::string reason;  // of the limit that ended it, for people; empty otherwise
  ChildUsage usage;
};

struct ChildRequest {
  std::vector<std::string> command;  // argv; the program as it is called inside
  CagePolicy policy;
  CgroupPlace cgroups;              // from prepare_cgroups(), once per process; none: limits are held in other ways
  bool with_socket = true;          // descriptor 3 of the program is one end of a connected Unix stream socket pair
  platform::OwnedDescriptor input;  // its standard input; none: the null device
  Duration kill_grace = std::chrono::seconds(3);
  std::move_only_function<void(platform::OutputStream stream, std::string_view bytes)> on_output;  // see LineCapture
  // Once, after the program has ended and all it wrote was handed on. Everything that it started has been sent SIGKILL;
  // where the program ended by itself, what it left behind may take some milliseconds to be gone.
  std::move_only_function<void(const ChildExit& exit)> on_exit;
};

// Loop thread only. Callbacks come from the loop and may destroy the Child. Nothing of this process is inherited: no
// descriptor, no variable, no signal mask. It dies with this process, also when that is killed.
class Child {
 public:
  // Errors: those of prepare(), before anything runs; never a start with less of a cage than the policy says.
  static Result<std::unique_ptr<Child>> start(Loop& loop, ChildRequest request);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  // kills everything at once; on_exit does not come

  // The kernel's end of the socket pair: close-on-exec, non-blocking; to be taken once.
  platform::OwnedDescriptor take_socket() { return std::move(socket_); }
  pid_t pid() const { return process_->pid(); }  // of the sandbox where there is one
  bool running() const { return process_->running(); }

  // SIGTERM to the program, and SIGKILL to everything after the grace. Idempotent.
  void stop();
  // SIGKILL to everything. `reason` is told in on_exit.
  void kill(std::string reason = {});
  ChildUsage usage() const;

 private:
  Child(Loop& loop, ChildRequest request);
  Result<void> begin(Loop& loop, std::vector<std::string> command);
  const Cgroup* group() const { return group_ ? &*group_ : nullptr; }
  void watch();
  void kill_tree();
  void on_end(const platform::ChildEnd& end);
  void give_up_on_leftovers();
  void finish_when_complete();

  Loop& loop_;
  ChildRequest request_;
  platform::OwnedDescriptor socket_;
  std::optional<Cgroup> group_;
  std::unique_ptr<platform::ChildProcess> process_;
  LimitWatch limits_;
  ChildExit exit_;
  bool is_killed_ = false;
  Timer kill_;
  Timer watch_;
  Timer leftover_;
};

}  // namespace chela::cage
