#include "addon/src/workers.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace chela::addon {
namespace {

constexpr int kThreadsMax = 4;

}  // namespace

// Held by the threads, too: one that hangs in a plugin outlives everything else.
struct Workers::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> waiting;
  int threads = 0;
  int running = 0;
  bool closed = false;

  bool is_idle() const { return running == 0 && waiting.empty(); }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return closed || !waiting.empty(); });
      if (closed) return;
      ++running;
      auto next = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      next();
      next = nullptr;
      lock.lock();
      --running;
      changed.notify_all();
    }
  }
};

Workers::Workers() : shared_(std::make_shared<Shared>()) {}

Workers::~Workers() {
  const std::lock_guard lock(shared_->mutex);
  shared_->closed = true;
  shared_->waiting.clear();
  shared_->changed.notify_all();
}

void Workers::run(std::function<void()> work) {
  const std::lock_guard lock(shared_->mutex);
  shared_->waiting.push_back(std::move(work));
  const int busy = shared_->running + static_cast<int>(shared_->waiting.size());
  if (shared_->threads < kThreadsMax && shared_->threads < busy) {
    ++shared_->threads;
    std::thread([shared = shared_] { shared->work(); }).detach();
  }
  shared_->changed.notify_all();
}

bool Workers::idle(std::chrono::milliseconds patience) const {
  std::unique_lock lock(shared_->mutex);
  return shared_->changed.wait_for(lock, patience, [this] { return shared_->is_idle(); });
}

}  // namespace chela::addon
