#pragma once

// A connected stream socket on the loop. Writes of one loop tick are joined and leave with one system call at its end.
// Loop thread only.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <uv.h>

#include "kernel/core/base/error.hpp"
#include "kernel/core/net/write_queue.hpp"

namespace chela {
class Loop;
}

namespace chela::rpc {

// Every call comes from the loop, never from inside a call into the socket.
class SocketOwner {
 public:
  virtual ~SocketOwner() = default;
  virtual void on_bytes(std::string_view bytes) = 0;  // borrowed; kFramePadding readable bytes follow
  virtual void on_end(Error why) = 0;                 // nothing can be read, or nothing written, any more
  virtual void on_tick() = 0;                         // the end of a loop tick in which something was written or woken
  virtual void on_drained() = 0;                      // everything has been written
};

class Socket {
 public:
  // Takes the descriptor, also when it fails. `owner` lives until close().
  static Result<std::shared_ptr<Socket>> open(Loop& loop, int descriptor, SocketOwner& owner);

  Socket() = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void write(std::string&& bytes);
  void wake();                        // asks for on_tick
  std::size_t pending_bytes() const;  // not yet taken by the system
  // Writes what the system takes at once, and closes. The owner is not called any more.
  void close();

 private:
  void start_reading();
  void on_read(ssize_t size, const uv_buf_t* buffer);
  void run_tick();
  void flush();
  void write_now();
  void start_write();
  void on_written(int status);
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&pipe_); }

  // A tick ends before the loop waits (prepare: what timers did) and after it has handled what arrived (check).
  uv_pipe_t pipe_;
  uv_prepare_t prepare_;
  uv_check_t check_;
  uv_write_t write_request_;
  SocketOwner* owner_ = nullptr;
  net::WriteQueue queue_;
  net::WriteQueue in_flight_;  // libuv is writing it; it must not move until it is done
  std::unique_ptr<char[]> read_buffer_;
  std::shared_ptr<Socket> self_;  // until libuv has closed the last handle
  int open_handles_ = 0;
  bool dirty_ = false;
  bool writing_ = false;
};

}  // namespace chela::rpc
