#pragma once

// The writer thread and its queue. Methods are loop only; the thread starts with the first job and ends when it has
// had none for a while, so that an idle program has none.
// Between groups, never within one, it moves the WAL into the database: when the queue has been empty for a second, or
// when the WAL grows too large.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/store/connection.hpp"
#include "kernel/core/store/write_group.hpp"
#include "kernel/core/store/write_job.hpp"

namespace chela::store {

struct WriterOptions {
  std::size_t queue_length_max = 4096;
  GroupLimits group;
  std::uint64_t wal_bytes_max = 16 * 1024 * 1024;       // then a checkpoint; at twice this, one that waits for readers
  Duration checkpoint_after = std::chrono::seconds(1);  // without work
  Duration idle_time_max = std::chrono::seconds(30);    // then the thread ends
};

struct WriterStats {
  std::uint64_t jobs_committed = 0;
  std::uint64_t jobs_failed = 0;
  std::uint64_t groups_committed = 0;
  std::uint64_t groups_failed = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t wal_bytes = 0;
  std::size_t queue_length = 0;
  bool thread_running = false;
  std::string last_problem;  // of a commit or a checkpoint; empty when there was none
};

class Writer {
 public:
  Writer(Loop& loop, std::unique_ptr<Connection> connection, WriterOptions options);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();  // runs what is queued, then ends the thread

  // Errors: `exhausted` when the queue is full, `unavailable` after a failed fsync.
  Result<void> enqueue(std::unique_ptr<WriteJob> job);
  // The connection while no thread uses it, else null.
  Connection* idle_connection();
  WriterStats stats() const;  // any thread

 private:
  void work();
  bool wait_for_job();
  std::unique_ptr<WriteJob> take_job();
  void run_group();
  void note_group(const WriteGroup& group);
  void checkpoint_if_due(bool idle);

  Loop& loop_;
  const WriterOptions options_;
  std::unique_ptr<Connection> connection_;  // the thread's while it runs
  std::uint64_t checkpoint_at_;             // bytes of the WAL; writer thread
  std::uint64_t wal_bytes_before_ = 0;      // writer thread
  bool wal_behind_ = false;                 // it holds what the database does not; writer thread

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable job_available_;
  std::deque<std::unique_ptr<WriteJob>> queue_;
  WriterStats stats_;
  bool running_ = false;
  bool stopping_ = false;
  bool sync_failed_ = false;
  std::thread thread_;  // loop thread: joined before it is replaced
};

}  // namespace chela::store
