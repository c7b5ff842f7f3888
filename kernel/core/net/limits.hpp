#pragma once

// Every bound of the inbound network stack, in one place. The defaults suit a gateway on a small machine.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "kernel/core/base/clock.hpp"

namespace chela::net {

// What the request parser accepts.
struct HttpLimits {
  std::size_t head_size_max = 16 * 1024;   // request line and header section: 431
  std::size_t header_count_max = 100;      // 431
  std::size_t target_size_max = 8 * 1024;  // 414
  std::size_t chunk_extension_size_max = 256;
  std::size_t chunk_overhead_max = 16 * 1024;  // chunk extensions of one body together
  std::size_t trailer_size_max = 4 * 1024;
};

// How patient a connection is with its peer.
struct HttpDeadlines {
  Duration head = std::chrono::seconds(10);        // from the first byte (or the accept) to the end of the headers
  Duration keep_alive = std::chrono::seconds(60);  // between two requests
  Duration body_total = std::chrono::minutes(5);
  Duration body_grace = std::chrono::seconds(10);  // before the rate below counts
  std::uint64_t body_bytes_per_second_min = 1024;
};

struct TransportLimits {
  std::size_t high_water = 256 * 1024;     // write() answers over_limit above it; drained() waits for half of it
  std::size_t read_ahead_max = 64 * 1024;  // bytes of later requests that are kept while one is answered
  Duration write_stall = std::chrono::seconds(30);  // without the peer taking a byte
  Duration linger = std::chrono::seconds(2);  // how long a closing connection waits for the peer to read and close
};

struct WebSocketLimits {
  std::size_t message_size_max = 1024 * 1024;           // close 1009
  std::size_t fragments_max = 16 * 1024;                // of one message; close 1009
  std::size_t queue_size_max = 1024 * 1024;             // bytes that the peer has not taken; close 1008
  Duration ping_interval = std::chrono::seconds(30);    // of silence before a ping, half the timeout at most; zero: never
  Duration receive_timeout = std::chrono::seconds(75);  // of silence, after which it is closed with 1008; zero: never
  Duration close_timeout = std::chrono::seconds(5);     // for the peer to answer a close frame
};

struct ServerLimits {
  std::size_t connections_max = 10'000;  // lowered at start to what the process may open, less a reserve
  std::size_t connections_per_ip_max = 1'000;
  HttpLimits http;
  HttpDeadlines deadlines;
  TransportLimits transport;
};

}  // namespace chela::net
