#include "kernel/core/store/writer.hpp"

#include <system_error>
#include <utility>

namespace chela::store {

Writer::Writer(Loop& loop, std::unique_ptr<Connection> connection, WriterOptions options)
    : loop_(loop), options_(options), connection_(std::move(connection)), checkpoint_at_(options.wal_bytes_max) {}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  job_available_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Result<void> Writer::enqueue(std::unique_ptr<WriteJob> job) {
  {
    std::unique_lock lock(mutex_);
    if (sync_failed_) {
      return fail(ErrorCode::unavailable, "queueing a write: {}", stats_.last_problem);
    }
    if (queue_.size() >= options_.queue_length_max) {
      return fail(ErrorCode::exhausted, "queueing a write: {} are waiting for the disk already", queue_.size());
    }
    queue_.push_back(std::move(job));
    if (running_) {
      lock.unlock();  // first: who is woken with the lock taken goes back to sleep for it
      job_available_.notify_one();
      return {};
    }
    running_ = true;
  }
  if (thread_.joinable()) thread_.join();  // it has ended, or is about to
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error& error) {
    std::lock_guard lock(mutex_);
    running_ = false;
    queue_.pop_back();
    return fail(ErrorCode::unavailable, "starting the writer thread: {}", error.code().message());
  }
  return {};
}

Connection* Writer::idle_connection() {
  std::lock_guard lock(mutex_);
  return running_ ? nullptr : connection_.get();
}

WriterStats Writer::stats() const {
  std::lock_guard lock(mutex_);
  auto stats = stats_;
  stats.queue_length = queue_.size();
  stats.thread_running = running_;
  return stats;
}

void Writer::work() {
  while (wait_for_job()) {
    run_group();
    checkpoint_if_due(/*idle=*/false);
  }
}

// False when the thread shall end; running_ is false then, so that the next job starts another.
bool Writer::wait_for_job() {
  std::unique_lock lock(mutex_);
  auto woken = [this] { return stopping_ || !queue_.empty(); };
  job_available_.wait_for(lock, options_.checkpoint_after, woken);
  if (!woken()) {
    lock.unlock();
    checkpoint_if_due(/*idle=*/true);
    connection_->release_memory();
    lock.lock();
    job_available_.wait_for(lock, options_.idle_time_max, woken);
  }
  running_ = !queue_.empty();
  return running_;
}

std::unique_ptr<WriteJob> Writer::take_job() {
  std::lock_guard lock(mutex_);
  if (queue_.empty()) return nullptr;
  auto job = std::move(queue_.front());
  queue_.pop_front();
  return job;
}

void Writer::run_group() {
  auto group = run_write_group(*connection_, options_.group, [this] { return take_job(); });
  if (!group.commit_error) {
    if (connection_->wal_bytes() < wal_bytes_before_) checkpoint_at_ = options_.wal_bytes_max;  // it began anew
    wal_bytes_before_ = connection_->wal_bytes();
    wal_behind_ = true;
  }
  note_group(group);
  loop_.post([jobs = std::move(group.jobs)] {
    for (const auto& job : jobs) job->complete();
  });
}

void Writer::note_group(const WriteGroup& group) {
  std::lock_guard lock(mutex_);
  stats_.jobs_failed += group.jobs_undone;
  stats_.wal_bytes = connection_->wal_bytes();
  if (group.commit_error) {
    ++stats_.groups_failed;
    stats_.last_problem = group.commit_error->message;
  } else {
    ++stats_.groups_committed;
    stats_.jobs_committed += group.jobs.size() - group.jobs_undone;
  }
  sync_failed_ = connection_->sync_failed();
}

void Writer::checkpoint_if_due(bool idle) {
  auto wal_bytes = connection_->wal_bytes();
  if (!wal_behind_ || connection_->sync_failed() || (!idle && wal_bytes < checkpoint_at_)) return;
  auto mode = wal_bytes >= 2 * options_.wal_bytes_max ? Checkpoint::restart : Checkpoint::passive;
  auto whole = connection_->checkpoint(mode);
  wal_behind_ = !whole || !*whole;
  // Not before every group again when a reader keeps the WAL from starting anew.
  checkpoint_at_ = wal_bytes + options_.wal_bytes_max / 4;
  std::lock_guard lock(mutex_);
  ++stats_.checkpoints;
  if (!whole) stats_.last_problem = whole.error().message;
  sync_failed_ = connection_->sync_failed();
}

}  // namespace chela::store
