#pragma once

// Events from any thread to the loop of one Node environment. Held by shared_ptr from both sides, so that a thread that
// a plugin left behind finds it still there.

#include <mutex>
#include <vector>

#include "addon/src/event.hpp"

namespace chela::addon {

class Mailbox {
 public:
  // Calls `wake(context)` from the pushing thread, with the lock held, when the first event comes in. Loop thread.
  void open(void (*wake)(void* context), void* context);
  // After it nothing is kept and nobody is woken.
  void close();

  // Any thread. Log lines beyond 1,024 that wait are dropped.
  void push(Event event);
  // Asks for a wake without an event. Any thread.
  void poke();

  // Loop thread.
  std::vector<Event> take();

 private:
  void wake_locked();

  std::mutex mutex_;
  std::vector<Event> events_;
  void (*wake_)(void*) = nullptr;
  void* context_ = nullptr;
  bool woken_ = false;
};

}  // namespace chela::addon
