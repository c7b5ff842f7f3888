#pragma once

// The TCP transport of one connection, below HTTP and WebSocket. Loop thread only.
// Writes of one loop tick are joined and leave with one system call at its end. One Timer serves all deadlines and is
// moved lazily, so that traffic does not touch the timer heap and an idle connection costs nothing.

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <uv.h>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/timer.hpp"
#include "kernel/core/net/peer_address.hpp"
#include "kernel/core/net/write_queue.hpp"

namespace chela::net {

enum class WriteState : std::uint8_t {
  ok,
  over_limit,  // taken, and more than the high-water mark waits: hold back
  closed,      // dropped: the peer is gone, or the answer has ended
};

// What is spoken on a connection. Every call comes from the loop, never from inside a call into the connection.
class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual void on_bytes(std::span<char> bytes) = 0;  // borrowed; may be changed in place
  virtual void on_end() = 0;                         // the peer will send no more; we may still write
  virtual void on_deadline() = 0;                    // of set_deadline(); not armed any more
  // Once after wake(), at the end of the loop tick. May return a successor, which takes over.
  virtual std::unique_ptr<Protocol> on_tick() { return nullptr; }
  virtual void on_drained() {}                     // the queue fell below half of the high-water mark
  virtual void on_shutdown() = 0;                  // the server drains: come to an end
  virtual void on_closed(const Error& error) = 0;  // the last call; the protocol is destroyed afterwards
};

class ConnectionGroup;

// Made and owned by its group; destroyed some time after on_closed.
class Connection {
 public:
  explicit Connection(ConnectionGroup& group);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  WriteState write(std::string_view bytes);
  WriteState write(std::string&& bytes);
  std::size_t buffered_bytes() const;             // not yet taken by the kernel
  bool over_high_water() const { return over_; }  // on_drained will be called

  // Hands what is queued to the kernel before the end of the tick. Calls back nobody.
  void send_now();

  void pause_reading();
  void resume_reading();

  // The one deadline of the protocol; replaces the one before.
  void set_deadline(TimePoint deadline);
  void clear_deadline() { set_deadline(TimePoint::max()); }

  void wake();  // asks for on_tick
  // Sends what is queued and the end of stream, then waits (limits.linger) for the peer to close, dropping its input,
  // so that the last answer is not lost to a reset. on_closed follows.
  void finish();
  void abort(const Error& why);  // drops what is queued and closes at the end of the tick. on_closed follows.

  void set_protocol(std::unique_ptr<Protocol> protocol) { protocol_ = std::move(protocol); }  // the first one

  const PeerAddress& peer() const { return peer_; }
  ConnectionGroup& group() { return group_; }
  bool is_writable() const { return !closed_ && !finishing_ && !abort_; }

 private:
  friend class ConnectionGroup;
  struct InFlight;
  ~Connection() = default;  // through the close callback of libuv

  Result<void> open(uv_stream_t* listener);
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp_); }
  void start_reading();
  void on_read(ssize_t size, const uv_buf_t* buffer);
  WriteState after_append();
  void mark_dirty();
  void tick();
  void flush();
  void start_write();
  void on_written(int status);
  void after_flush();
  void on_timer();
  void check_write_deadline();
  void rearm();
  void lost(const Error& error);

  uv_tcp_t tcp_;
  ConnectionGroup& group_;
  std::unique_ptr<Protocol> protocol_;
  std::list<Connection*>::iterator place_;
  WriteQueue queue_;
  InFlight* in_flight_ = nullptr;
  Timer timer_;
  TimePoint deadline_ = TimePoint::max();
  TimePoint write_deadline_ = TimePoint::max();  // or, when finishing, of the peer's close
  std::size_t stalled_size_ = 0;
  std::unique_ptr<Error> abort_;
  PeerAddress peer_;
  bool dirty_ = false;
  bool reading_ = false;
  bool over_ = false;  // on_drained is due
  bool wanted_tick_ = false;
  bool finishing_ = false;
  bool sent_end_ = false;
  bool got_end_ = false;
  bool closed_ = false;
};

}  // namespace chela::net
