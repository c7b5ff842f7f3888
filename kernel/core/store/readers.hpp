#pragma once

// A few connections for reading, lent to the worker pool one job at a time. Loop only, but for the lease, which the
// job's thread uses and drops.

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/timer.hpp"
#include "kernel/core/store/connection.hpp"

namespace chela::store {

struct ReaderOptions {
  std::size_t connections_max = 4;
  std::size_t queue_length_max = 1024;
  Duration read_time_max = std::chrono::seconds(10);  // a reader that stays holds the WAL back
  Duration idle_time_max = std::chrono::seconds(30);  // then connections are closed
};

class Readers;

// The right to one connection; opened at the first use, on the thread that uses it.
class ReaderLease {
 public:
  ReaderLease(ReaderLease&& other) noexcept;
  ReaderLease& operator=(ReaderLease&&) = delete;
  ~ReaderLease();  // gives the connection back, from any thread

  // Starts a read transaction: what the job sees is one moment.
  Result<Connection*> begin();
  // Ends it. The connection is not given back when that fails.
  void end();

 private:
  friend class Readers;
  struct Core;
  explicit ReaderLease(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

class Readers {
 public:
  Readers(Loop& loop, std::filesystem::path file, ReaderOptions options);
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;
  ~Readers();  // those who wait get `cancelled`

  // Errors: `exhausted` when too many wait, `cancelled` when the database is closed meanwhile.
  Task<Result<ReaderLease>> acquire();

 private:
  friend class ReaderLease;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace chela::store
