#include "kernel/core/loop/loop.hpp"

#include <pthread.h>
#include <signal.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "kernel/core/base/assert.hpp"

namespace chela {

// The libuv handles of the loop itself: wake-ups from other threads, the loop's own jobs, and the earliest timer.
struct Loop::Handles {
  uv_async_t wake;
  uv_idle_t again;  // active while posted jobs wait that need no waking
  uv_timer_t timer;
  uv_prepare_t sweep;  // before the loop waits, what has finished is freed
  std::atomic<pthread_t> thread;  // written by run(), while others may post() already
};

struct Loop::Detached {
  std::string name;
  std::optional<Task<void>> task;
  bool starting = true;  // spawn() is on the stack and frees it
  bool finished = false;
};

namespace {

uv_loop_t* create_uv_loop() {
  auto* loop = new uv_loop_t;
  int status = uv_loop_init(loop);
  CHELA_ASSERT(status == 0, "libuv needs an epoll descriptor");
  return loop;
}

void close_uv_loop(uv_loop_t* loop) {
  int status = uv_loop_close(loop);
  CHELA_ASSERT(status == 0, "every handle is closed before its loop ends");
  delete loop;
}

}  // namespace

Loop::Loop(const Clock& clock)
    : timers_(clock), uv_(create_uv_loop(), close_uv_loop), handles_(new Handles), workers_({}) {
  handles_->thread = pthread_self();
  // A peer that is gone is an error of write(), not the end of the process; libuv and libcurl leave this to us.
  signal(SIGPIPE, SIG_IGN);
  uv_async_init(uv(), &handles_->wake, [](uv_async_t* wake) { static_cast<Loop*>(wake->data)->run_posted(); });
  uv_idle_init(uv(), &handles_->again);
  uv_timer_init(uv(), &handles_->timer);
  handles_->wake.data = this;
  handles_->again.data = this;
  handles_->timer.data = this;
  uv_prepare_init(uv(), &handles_->sweep);
  handles_->sweep.data = this;
  uv_prepare_start(&handles_->sweep,
                   [](uv_prepare_t* sweep) { static_cast<Loop*>(sweep->data)->collect_finished(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(&handles_->sweep));
  timers_.on_earlier([this] { rearm_timer(); });
}

Loop::~Loop() {
  CHELA_ASSERT(tasks_.empty(), "drain() before the loop ends");
  timers_.on_earlier(nullptr);
  {
    std::lock_guard lock(posted_mutex_);
    closed_ = true;
    posted_.clear();
  }
  uv_close(reinterpret_cast<uv_handle_t*>(&handles_->wake), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&handles_->again), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&handles_->timer), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&handles_->sweep), nullptr);
  while (uv_run(uv(), UV_RUN_DEFAULT) != 0) {
  }
}

bool Loop::on_loop_thread() const { return pthread_equal(handles_->thread, pthread_self()) != 0; }

void Loop::run() {
  handles_->thread = pthread_self();
  uv_run(uv(), UV_RUN_DEFAULT);
  collect_finished();
}

void Loop::stop() { uv_stop(uv()); }

bool Loop::run_ready() {
  bool more = uv_run(uv(), UV_RUN_NOWAIT) != 0;
  timers_.expire();
  collect_finished();
  return more;
}

void Loop::post(std::move_only_function<void()> job) {
  std::lock_guard lock(posted_mutex_);
  if (closed_) return;
  posted_.push_back(std::move(job));
  if (posted_.size() > 1) return;
  if (on_loop_thread()) {  // it is awake: no system calls to wake it
    uv_idle_start(&handles_->again, [](uv_idle_t* again) { static_cast<Loop*>(again->data)->run_posted(); });
  } else {
    uv_async_send(&handles_->wake);
  }
}

void Loop::run_posted() {
  uv_idle_stop(&handles_->again);
  std::vector<std::move_only_function<void()>> jobs;
  {
    std::lock_guard lock(posted_mutex_);
    jobs.swap(posted_);
  }
  for (auto& job : jobs) job();
  collect_finished();
}

void Loop::rearm_timer() {
  TimePoint deadline = timers_.next_deadline();
  if (deadline == TimePoint::max()) return;
  using std::chrono::milliseconds;
  // Rounded up: a timer that fires early would spin until its deadline has really passed.
  auto delay = std::max(Duration::zero(), deadline - now()) + milliseconds(1) - Duration(1);
  uv_update_time(uv());
  uv_timer_start(
      &handles_->timer,
      [](uv_timer_t* timer) {
        auto* self = static_cast<Loop*>(timer->data);
        self->timers_.expire();
        self->collect_finished();
        self->rearm_timer();
      },
      static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(delay).count()), 0);
}

Task<void> Loop::run_detached(std::list<Detached>::iterator self, Task<Result<void>> task) {
  auto result = co_await std::move(task);
  if (!result && result.error().code != ErrorCode::cancelled && report_error_) {
    report_error_(self->name, result.error());
  }
  self->finished = true;
  if (!self->starting) finished_.splice(finished_.end(), tasks_, self);  // freed later: this frame still runs
}

void Loop::spawn(std::string name, Task<Result<void>> task) {
  auto self = tasks_.emplace(tasks_.end(), std::move(name), std::nullopt);
  self->task.emplace(run_detached(self, std::move(task)));
  self->task->start();
  self->starting = false;
  if (self->finished) tasks_.erase(self);  // a flood of small tasks holds no memory until the loop comes round
}

void Loop::collect_finished() { finished_.clear(); }

std::vector<std::string> Loop::drain(Duration grace) {
  shutdown_.cancel();
  Timer limit(timers_, [this] { uv_stop(uv()); });
  limit.arm_after(grace);
  while (!tasks_.empty() && limit.armed()) {
    uv_run(uv(), UV_RUN_ONCE);
    collect_finished();
  }
  std::vector<std::string> stuck;
  while (!tasks_.empty()) {
    stuck.push_back(tasks_.front().name);
    tasks_.pop_front();
  }
  collect_finished();
  return stuck;
}

}  // namespace chela
