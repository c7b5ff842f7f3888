#pragma once

// A TCP client of a few lines for tests: the test's own thread runs the loop of the server while it waits for bytes.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "kernel/core/loop/loop.hpp"

namespace chela::net {

// Runs the loop until `done`; fails the test after 10 s of real time.
inline bool pump_until(Loop& loop, const std::function<bool()>& done) {
  auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done()) {
    loop.run_ready();
    if (std::chrono::steady_clock::now() > limit) {
      ADD_FAILURE() << "what the test waits for does not happen";
      return false;
    }
  }
  return true;
}

class RawClient {
 public:
  RawClient(Loop& loop, std::uint16_t port, int receive_buffer = 0) : loop_(loop) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  RawClient(const RawClient&) = delete;
  ~RawClient() { close(); }

  bool connected() const { return connected_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void reset() {  // RST instead of FIN
    linger off{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &off, sizeof off);
    close();
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }

  void send(std::string_view bytes) {
    pump_until(loop_, [&] {
      ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      return bytes.empty() || (sent < 0 && errno != EAGAIN);
    });
    loop_.run_ready();
  }

  // Everything up to and including `end`, or up to the end of the connection.
  std::string read_until(std::string_view end) {
    pump_until(loop_, [&] { return receive(), received_.find(end) != std::string::npos || ended_; });
    auto at = received_.find(end);
    return take(at == std::string::npos ? received_.size() : at + end.size());
  }
  std::string read_bytes(std::size_t size) {
    pump_until(loop_, [&] { return receive(), received_.size() >= size || ended_; });
    return take(std::min(size, received_.size()));
  }
  std::string read_to_end() {
    pump_until(loop_, [&] { return receive(), ended_; });
    return take(received_.size());
  }
  // What has come until now.
  std::string read_some() {
    for (int i = 0; i < 5; ++i) loop_.run_ready();
    receive();
    return take(received_.size());
  }
  bool ended() const { return ended_; }

 private:
  void receive() {
    char buffer[65536];
    for (;;) {
      ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got > 0) {
        received_.append(buffer, static_cast<std::size_t>(got));
        continue;
      }
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) ended_ = true;
      return;
    }
  }
  std::string take(std::size_t size) {
    std::string out = received_.substr(0, size);
    received_.erase(0, size);
    return out;
  }

  Loop& loop_;
  int fd_ = -1;
  bool connected_ = false;
  bool ended_ = false;
  std::string received_;
};

}  // namespace chela::net
