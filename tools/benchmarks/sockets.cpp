#include "tools/benchmarks/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

sockaddr_in loopback(std::uint32_t offset, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + offset);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

}  // namespace

double now_us() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

int connect_to(int port, int source) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) fail("making a socket");
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const timeval patience{20, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (source > 0) {
    setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    const sockaddr_in own = loopback(255 + static_cast<std::uint32_t>(source), 0);
    if (bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0) fail("taking an own address");
  }
  const sockaddr_in address = loopback(0, port);
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) fail("connecting");
  return socket;
}

void write_all(int socket, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t size = send(socket, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (size <= 0) fail("sending");
    at += static_cast<std::size_t>(size);
  }
}

std::string read_until(int socket, const std::string& end) {
  std::string bytes;
  char buffer[4096];
  while (bytes.find(end) == std::string::npos) {
    const ssize_t size = recv(socket, buffer, sizeof(buffer), 0);
    if (size < 0) fail("reading an answer");
    if (size == 0) throw std::runtime_error("the answer ended early: " + bytes);
    bytes.append(buffer, static_cast<std::size_t>(size));
  }
  return bytes.substr(0, bytes.find(end) + end.size());
}

void open_websocket(int socket, const std::string& path) {
  write_all(socket, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
  const std::string answer = read_until(socket, "\r\n\r\n");
  if (answer.find(" 101 ") == std::string::npos) throw std::runtime_error("no WebSocket: " + answer);
}

std::string text_frame(const std::string& text) {
  const auto size = text.size();
  std::string head = {'\x81', static_cast<char>(0x80 | size), 0, 0, 0, 0};
  if (size > 125) head = {'\x81', '\xfe', static_cast<char>(size >> 8), static_cast<char>(size & 0xff), 0, 0, 0, 0};
  return head + text;
}

double quantile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0;
  const auto place = static_cast<std::size_t>(static_cast<double>(values.size() - 1) * fraction);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
  return values[place];
}

}  // namespace bench
