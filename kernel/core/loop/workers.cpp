#include "kernel/core/loop/workers.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace chela {

WorkerPool::~WorkerPool() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  work_available_.notify_all();
  thread_ended_.wait(lock, [this] { return threads_.empty(); });
  for (auto& last : ended_) last.join();
}

Result<void> WorkerPool::submit(std::move_only_function<void()> job) {
  std::unique_lock lock(mutex_);
  if (jobs_.size() >= limits_.queue_length_max) {
    return fail(ErrorCode::exhausted, "queueing blocking work: {} jobs are waiting already", jobs_.size());
  }
  jobs_.push_back(std::move(job));
  if (idle_threads_ >= jobs_.size() || threads_.size() == limits_.threads_max) {
    lock.unlock();  // first: who is woken with the lock taken goes back to sleep for it
    work_available_.notify_one();
    return {};
  }
  auto self = threads_.emplace(threads_.end());
  *self = std::thread([this, self] { work(self); });  // it begins by waiting for the lock
  return {};
}

void WorkerPool::work(Threads::iterator self) {
  constexpr auto kIdleTime = std::chrono::seconds(10);
  std::unique_lock lock(mutex_);
  for (;;) {
    if (jobs_.empty() && !stopping_) {
      ++idle_threads_;
      work_available_.wait_for(lock, kIdleTime, [this] { return stopping_ || !jobs_.empty(); });
      --idle_threads_;
    }
    if (jobs_.empty()) break;  // idle for long enough, or stopping
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
  // Each waits for the one that ended before it, so that one is left to wait for. A thread is gone only when what its
  // libraries keep for it is freed: libcrypto gives that up as leaked when the process exits first.
  Threads before;
  before.splice(before.end(), ended_);
  ended_.splice(ended_.end(), threads_, self);
  thread_ended_.notify_all();
  lock.unlock();
  for (auto& thread : before) thread.join();
}

}  // namespace chela
