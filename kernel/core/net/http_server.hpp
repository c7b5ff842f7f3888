#pragma once

// The HTTP server: listens, limits, and hands connections to HttpProtocol. Loop thread only.
// Overload: above its limits a connection is answered with 503 and closed. When the process is out of descriptors,
// libuv's reserved one lets waiting connections be closed instead of spinning; connections_max is lowered at start so
// that clients alone cannot cause that.

#include <cstdint>
#include <memory>
#include <string>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/http_service.hpp"
#include "kernel/core/net/limits.hpp"

namespace chela::net {

struct ListenOptions {
  std::string address = "127.0.0.1";  // an IPv4 or IPv6 address; "::" takes both families
  std::uint16_t port = 0;             // 0 picks a free one
};

class HttpServer {
 public:
  struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;   // above a connection limit
    std::uint64_t requests = 0;  // that reached admit()
    std::uint64_t malformed = 0;
    std::size_t connections = 0;  // now
  };

  // `service` must outlive the tasks of `loop`.
  HttpServer(Loop& loop, HttpService& service, const ServerLimits& limits = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Closes everything at once: tokens fire and on_close callbacks run. drain() first for a polite end.
  ~HttpServer();

  // Once. Errors: `invalid_argument` for an address that is none, `already_exists` when the port is taken, `denied`,
  // each saying what to do.
  Result<void> listen(const ListenOptions& options);
  std::uint16_t port() const;  // the real one, after listen()

  // Stops accepting, closes idle connections, sends close 1001 to WebSockets, lets running requests be answered, and
  // returns when no connection is left; what is left at `deadline` is closed (error `timed_out`).
  Task<Result<void>> drain(TimePoint deadline);

  Counters counters() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace chela::net
