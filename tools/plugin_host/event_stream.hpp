#pragma once

// The events of one request, in their order as credit allows, and then its answer. Held by shared_ptr while anything is
// to be sent. Loop thread only.

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::plugin_host {

class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  // `loop` outlives it.
  EventStream(Loop& loop, rpc::Request request) : loop_(loop), request_(std::move(request)) {}
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  const rpc::Request& request() const { return request_; }
  std::size_t waiting() const { return events_.size(); }

  void push(std::string event);
  // The last; they follow the events that wait.
  void answer(std::string result);
  void fail(Error error, std::string data = {});

 private:
  static Task<Result<void>> pump(std::shared_ptr<EventStream> self);
  void end_by(std::move_only_function<void(rpc::Request&)> end);

  Loop& loop_;
  rpc::Request request_;
  std::deque<std::string> events_;
  std::move_only_function<void(rpc::Request&)> end_;
  bool pumping_ = false;
};

}  // namespace chela::plugin_host
