#include "kernel/core/loop/workers.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace chela {

WorkerPool::~WorkerPool() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  work_available_.notify_all();
  thread_ended_.wait(lock, [this] { return threads_ == 0; });
}

Result<void> WorkerPool::submit(std::move_only_function<void()> job) {
  std::unique_lock lock(mutex_);
  if (jobs_.size() >= limits_.queue_length_max) {
    return fail(ErrorCode::exhausted, "queueing blocking work: {} jobs are waiting already", jobs_.size());
  }
  jobs_.push_back(std::move(job));
  if (idle_threads_ >= jobs_.size() || threads_ == limits_.threads_max) {
    lock.unlock();  // first: who is woken with the lock taken goes back to sleep for it
    work_available_.notify_one();
    return {};
  }
  ++threads_;
  std::thread([this] { work(); }).detach();  // the destructor waits for threads_ to reach 0
  return {};
}

void WorkerPool::work() {
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
  --threads_;
  thread_ended_.notify_all();
}

}  // namespace chela
