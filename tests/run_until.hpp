#pragma once

// Turns a loop until something has happened; a test that would hang fails after 30 s of real time.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "kernel/core/loop/loop.hpp"

namespace chela {

inline bool run_until(Loop& loop, const std::function<bool()>& reached) {
  auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!reached()) {
    if (std::chrono::steady_clock::now() > give_up) {
      ADD_FAILURE() << "the loop did not get there";
      return false;
    }
    if (!loop.run_ready()) std::this_thread::yield();
  }
  return true;
}

}  // namespace chela
