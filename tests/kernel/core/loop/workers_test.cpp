#include "kernel/core/loop/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>

namespace chela {
namespace {

std::atomic<int> ended = 0;

// As libraries keep something for each thread, and free it when the thread ends.
struct OfThread {
  bool used = false;
  ~OfThread() {
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    ended += used;
  }
};
thread_local OfThread of_thread;

TEST(WorkerPool, ItsThreadsAreGoneWhenItIs) {
  constexpr int kThreads = 4;
  for (int round = 1; round <= 20; ++round) {
    std::barrier all(kThreads);
    {
      WorkerPool pool({.threads_max = kThreads});
      for (int i = 0; i < kThreads; ++i) {
        ASSERT_TRUE(pool.submit([&] {
          of_thread.used = true;
          all.arrive_and_wait();
        }));
      }
    }
    EXPECT_EQ(ended, round * kThreads);
  }
}

TEST(WorkerPool, DoesWhatIsQueuedBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool({.threads_max = 2});
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.submit([&] { ++done; }));
  }
  EXPECT_EQ(done, 100);
}

TEST(WorkerPool, RefusesWhatItsQueueCannotHold) {
  std::barrier running(2);
  std::barrier release(2);
  WorkerPool pool({.threads_max = 1, .queue_length_max = 1});
  ASSERT_TRUE(pool.submit([&] {
    running.arrive_and_wait();
    release.arrive_and_wait();
  }));
  running.arrive_and_wait();
  ASSERT_TRUE(pool.submit([] {}));
  EXPECT_EQ(pool.submit([] {}).error().code, ErrorCode::exhausted);
  release.arrive_and_wait();
}

}  // namespace
}  // namespace chela
