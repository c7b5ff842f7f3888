#pragma once

// Group commit: many jobs, one transaction, one fsync. Writer thread only.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/store/connection.hpp"
#include "kernel/core/store/write_job.hpp"

namespace chela::store {

struct GroupLimits {
  std::size_t jobs_max = 256;
  Duration time_max = std::chrono::milliseconds(20);  // after it no further job joins the group
};

struct WriteGroup {
  std::vector<std::unique_ptr<WriteJob>> jobs;  // in the order they ran
  std::size_t jobs_undone = 0;
  std::optional<Error> commit_error;  // nothing of the group is stored
};

// Takes jobs from `next` until it yields null or a limit is reached, runs each under a savepoint, and commits.
// When the transaction is lost (disk full, I/O error), every job of the group fails.
WriteGroup run_write_group(Connection& connection, const GroupLimits& limits,
                           std::move_only_function<std::unique_ptr<WriteJob>()> next);

}  // namespace chela::store
