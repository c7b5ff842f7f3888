#pragma once

// The calls of one plugin that are under way in a host process, so that each can be cancelled by its id and all can
// when the plugin is stopped. Outlives the instance as long as a call does. Loop thread only.

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::remote {

class OpenCalls {
 public:
  void cancel(std::uint64_t id) {
    if (auto found = by_id_.find(id); found != by_id_.end()) found->second.cancel.cancel();
  }
  // Its answer may go on.
  void resume(std::uint64_t id) {
    auto found = by_id_.find(id);
    if (auto brake = found == by_id_.end() ? nullptr : found->second.brake) brake->release();
  }
  void cancel_all() { stopping_.cancel(); }
  bool any() const { return !by_id_.empty(); }

 private:
  friend class OpenCall;
  struct One {
    CancelSource cancel;
    std::shared_ptr<rpc::Brake> brake;
  };
  CancelSource stopping_;
  std::map<std::uint64_t, One> by_id_;
};

// One of them, as long as it runs. Moves into the task that runs it.
class OpenCall {
 public:
  OpenCall(std::shared_ptr<OpenCalls> calls, std::uint64_t id) : calls_(std::move(calls)), id_(id) {
    calls_->by_id_.insert_or_assign(id, OpenCalls::One{CancelSource(calls_->stopping_.token()), nullptr});
  }
  OpenCall(OpenCall&&) = default;
  OpenCall& operator=(OpenCall&&) = delete;
  ~OpenCall() {
    if (calls_) calls_->by_id_.erase(id_);
  }
  CancelToken token() const { return calls_->by_id_.at(id_).cancel.token(); }
  std::shared_ptr<rpc::Brake> brake() const {
    auto& brake = calls_->by_id_.at(id_).brake;
    if (!brake) brake = std::make_shared<rpc::Brake>();
    return brake;
  }
  // How a call that failed with `error` ended: whom the plugin was taken from did not ask for that.
  Error ending(Error error) const {
    if (error.code != ErrorCode::cancelled || !calls_->stopping_.token().cancelled()) return error;
    return {ErrorCode::unavailable, "the plugin was stopped or reloaded before the call had ended"};
  }

 private:
  std::shared_ptr<OpenCalls> calls_;
  std::uint64_t id_;
};

}  // namespace chela::remote
