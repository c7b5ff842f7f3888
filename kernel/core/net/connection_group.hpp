#pragma once

// What the connections of one server share: the read buffer, the limits, the work at the end of each loop tick.
// Loop thread only. Owned by the server; destroying it closes every connection at once.

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/connection.hpp"
#include "kernel/core/net/limits.hpp"

namespace chela::net {

class ConnectionGroup {
 public:
  using ClosedHandler = std::move_only_function<void(const Connection&)>;

  ConnectionGroup(Loop& loop, const TransportLimits& limits);
  ConnectionGroup(const ConnectionGroup&) = delete;
  ConnectionGroup& operator=(const ConnectionGroup&) = delete;
  ~ConnectionGroup();

  // Accepts what waits at `listener`. The connection belongs to the group; give it a protocol at once.
  Result<Connection*> accept(uv_stream_t* listener);
  // Called after a connection has told its protocol that it is closed.
  void on_closed(ClosedHandler handler) { on_closed_ = std::move(handler); }

  void shut_down();  // on_shutdown of every protocol
  void close_all(const Error& why);
  std::size_t size() const { return connections_.size(); }

  Loop& loop() { return loop_; }
  const TransportLimits& limits() const { return limits_; }
  std::string_view date();  // the Date header, made once a second

 private:
  friend class Connection;
  struct Ticker;
  static constexpr std::size_t kReadBufferSize = 64 * 1024;

  void run_tick();

  Loop& loop_;
  TransportLimits limits_;
  std::unique_ptr<char[]> read_buffer_;  // one for all: a connection keeps what it cannot use at once
  std::list<Connection*> connections_;
  std::vector<Connection*> dirty_;  // have something to do at the end of this tick
  Ticker* ticker_;
  ClosedHandler on_closed_;
  std::string date_;
  std::int64_t date_second_ = -1;
};

}  // namespace chela::net
