#pragma once

// Notices that the other side is silent: first asks for a ping, then says that it is dead. Loop thread only.

#include <functional>
#include <memory>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/timer.hpp"

namespace chela::rpc {

class SilenceWatch {
 public:
  struct Callbacks {
    std::move_only_function<void()> ping;
    std::move_only_function<void()> dead;  // may destroy the watch
  };

  SilenceWatch(Loop& loop, Duration ping_after, Duration dead_after, Callbacks callbacks);

  void set(bool on);
  void heard();

 private:
  void look();
  void look_again();

  Loop& loop_;
  Duration ping_after_, dead_after_;
  Callbacks callbacks_;
  Timer timer_;
  TimePoint heard_{};
  std::shared_ptr<SilenceWatch*> self_;  // lets a posted look find out that the watch is gone
  bool on_ = false;
  bool pinged_ = false;
};

}  // namespace chela::rpc
