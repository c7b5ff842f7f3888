#pragma once

// A bounded pool for what blocks: files, DNS, module loading, tools that declare themselves blocking.
// Threads are started when first needed and end after 10 s without work, so that an idle gateway has none.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "kernel/core/base/error.hpp"

namespace chela {

class WorkerPool {
 public:
  struct Limits {
    std::size_t threads_max = 8;
    std::size_t queue_length_max = 1024;
  };

  explicit WorkerPool(Limits limits) : limits_(limits) {}
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();  // waits for the jobs that run and for those queued, and for the threads to be gone

  // Runs `job` on a pool thread. Error `exhausted` when the queue is full. Any thread.
  Result<void> submit(std::move_only_function<void()> job);

 private:
  using Threads = std::list<std::thread>;
  void work(Threads::iterator self);

  const Limits limits_;
  std::mutex mutex_;  // guards everything below
  std::condition_variable work_available_;
  std::condition_variable thread_ended_;
  std::deque<std::move_only_function<void()>> jobs_;
  Threads threads_;
  Threads ended_;  // at most one, which has left work() and may not be gone yet
  std::size_t idle_threads_ = 0;
  bool stopping_ = false;
};

}  // namespace chela
