#pragma once

// One unit of writing: it happens as a whole or not at all.

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/store/connection.hpp"

namespace chela::store {

class WriteJob {
 public:
  virtual ~WriteJob() = default;
  // Writer thread, inside a savepoint. An error undoes what this job did, and nothing else.
  virtual Result<void> run(Connection& connection) = 0;
  // Loop thread, once: after the commit, or with the reason why there is none.
  virtual void complete() = 0;

  // The job did not happen, whatever run() said.
  void set_failure(Error error) { failure_ = std::move(error); }

 protected:
  std::optional<Error> failure_;
};

// Keeps the value of the job until the commit. The waiter may be gone by then.
template <class T>
class TypedWriteJob final : public WriteJob {
 public:
  using Function = std::move_only_function<Result<T>(Connection&)>;

  TypedWriteJob(Function function, std::weak_ptr<Completion<Result<T>>> waiter)
      : function_(std::move(function)), waiter_(std::move(waiter)) {}

  Result<void> run(Connection& connection) override {
    try {
      value_.emplace(function_(connection));
    } catch (...) {  // a defect, or a library's complaint: it ends this job and goes no further
      value_.emplace(fail(ErrorCode::internal, "unexpected exception: {}", chela::detail::current_exception_text()));
    }
    if (!*value_) return std::unexpected(value_->error());
    return {};
  }

  void complete() override {
    auto waiter = waiter_.lock();
    if (!waiter) return;
    if (failure_) {
      waiter->set(std::unexpected(std::move(*failure_)));
    } else {
      waiter->set(std::move(*value_));
    }
  }

 private:
  Function function_;
  std::weak_ptr<Completion<Result<T>>> waiter_;
  std::optional<Result<T>> value_;
};

}  // namespace chela::store
