#pragma once

// A TCP server on the loopback that does to its client exactly what a test says: one blocking thread per connection.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "kernel/core/base/assert.hpp"

namespace chela {

class TestConnection {
 public:
  explicit TestConnection(int fd) : fd_(fd) {}

  int fd() const { return fd_; }

  // Up to and with the empty line and the body that content-length announces; empty when the client is gone.
  std::string read_request() {
    std::string text;
    while (!text.contains("\r\n\r\n")) {
      if (!read_some(text)) return {};
    }
    std::size_t head = text.find("\r\n\r\n") + 4;
    std::size_t body = 0;
    if (std::size_t at = text.find("content-length: "); at != std::string::npos) body = number_at(text, at + 16);
    if (std::size_t at = text.find("Content-Length: "); at != std::string::npos) body = number_at(text, at + 16);
    while (text.size() < head + body) {
      if (!read_some(text)) return {};
    }
    return text;
  }

  std::string read_exactly(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
      ssize_t got = ::recv(fd_, bytes.data() + filled, count - filled, 0);
      if (got <= 0) return {};
      filled += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      sent_ += static_cast<std::size_t>(sent);
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool send_chunk(std::string_view bytes) {
    char size[20];
    auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
    return send(std::string(size, end) + "\r\n" + std::string(bytes) + "\r\n");
  }
  void respond(std::string_view body, std::string_view extra_headers = "") {
    send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(extra_headers) +
         "\r\n" + std::string(body));
  }

  // Says nothing until the client has closed.
  void wait_for_close() {
    std::string ignored;
    while (read_some(ignored)) ignored.clear();
  }
  // Ends with RST instead of FIN.
  void reset() {
    linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  // Copies both ways between this client and a server on the loopback until one of them closes.
  void relay_to(std::uint16_t port);

 private:
  static std::size_t number_at(std::string_view text, std::size_t at) {
    std::size_t number = 0;
    std::from_chars(text.data() + at, text.data() + text.size(), number);
    return number;
  }
  bool read_some(std::string& into) {
    char buffer[16384];
    ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got > 0) into.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

  int fd_;
  std::size_t sent_ = 0;
};

inline int connect_to_loopback(std::uint16_t port, int flags = 0) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int status = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  CHELA_ASSERT(status == 0 || flags != 0, "the test's server listens");
  return fd;
}

// A socket that listens on the loopback; `port` is told.
inline int listen_on_loopback(std::uint16_t& port, int backlog) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bool ok = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(fd, backlog) == 0 &&
            ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  CHELA_ASSERT(ok, "the loopback has free ports");
  port = ntohs(address.sin_port);
  return fd;
}

class TestServer {
 public:
  using Handler = std::function<void(TestConnection&)>;

  explicit TestServer(Handler handler) : handler_(std::move(handler)), listening_(listen_on_loopback(port_, 512)) {
    acceptor_ = std::thread([this] { accept_all(); });
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    ::shutdown(listening_, SHUT_RDWR);
    acceptor_.join();
    {
      std::lock_guard lock(mutex_);
      for (int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    ::close(listening_);
  }

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  int connections() const { return connections_; }
  int open_connections() {
    std::lock_guard lock(mutex_);
    return static_cast<int>(open_.size());
  }

 private:
  void accept_all() {
    for (;;) {
      int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections_;
      std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) {
    TestConnection connection(fd);
    handler_(connection);
    std::lock_guard lock(mutex_);
    std::erase(open_, fd);
    ::close(fd);
  }

  Handler handler_;
  std::uint16_t port_ = 0;
  int listening_;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;  // guards the two below
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

inline void TestConnection::relay_to(std::uint16_t port) {
  int far = connect_to_loopback(port);
  pollfd ends[2] = {{fd_, POLLIN, 0}, {far, POLLIN, 0}};
  char buffer[16384];
  for (bool open = true; open && ::poll(ends, 2, -1) > 0;) {
    for (int i = 0; i < 2; ++i) {
      if (ends[i].revents == 0) continue;
      ssize_t got = ::recv(ends[i].fd, buffer, sizeof buffer, 0);
      open = open && got > 0 && ::send(ends[1 - i].fd, buffer, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
    }
  }
  ::close(far);
}

}  // namespace chela
