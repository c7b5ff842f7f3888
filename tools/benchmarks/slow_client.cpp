// slow_client PORT COUNT: holds COUNT connections that cost the gateway as much patience as they can, until its input
// ends: a third sends a request's head byte by byte (slowloris), a third its body, a third asks for the page a hundred
// times and takes a few bytes of the answers now and then. Whoever is thrown out comes back at once. They come from 100
// addresses of 127.0.1.x. Says "open COUNT", and at the end "reopened N refused M"; refused: with 503.

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tools/benchmarks/sockets.hpp"

namespace {

constexpr int kAddresses = 100;
constexpr int kRoundsPerSecond = 100;  // every connection is served in one of them
constexpr int kReaderBuffer = 4096;

enum class Kind { head, body, reader };

class SlowClients {
 public:
  SlowClients(int port, int count) : port_(port), sockets_(static_cast<std::size_t>(count), -1) {
    for (std::size_t i = 0; i < sockets_.size(); ++i) open(i);
  }

  void run() {
    double next_us = bench::now_us();
    for (int round = 0;; round = (round + 1) % kRoundsPerSecond) {
      next_us += 1e6 / kRoundsPerSecond;
      pollfd input{STDIN_FILENO, POLLIN, 0};
      if (poll(&input, 1, std::max(0, static_cast<int>((next_us - bench::now_us()) / 1e3))) > 0) break;
      for (auto i = static_cast<std::size_t>(round); i < sockets_.size(); i += kRoundsPerSecond) serve(i);
    }
    std::printf("reopened %d refused %d\n", reopened_, refused_);
  }

 private:
  static Kind kind_of(std::size_t index) { return static_cast<Kind>(index % 3); }

  void open(std::size_t index) {
    const int socket = bench::connect_to(port_, 1 + static_cast<int>(index % kAddresses));
    sockets_[index] = socket;
    switch (kind_of(index)) {
      case Kind::head:
        bench::write_all(socket, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
        break;
      case Kind::body:
        bench::write_all(socket, "POST /api/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 60000\r\n\r\n{");
        break;
      case Kind::reader: {
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kReaderBuffer, sizeof(kReaderBuffer));
        std::string requests;
        for (int i = 0; i < 100; ++i) requests += "GET /chat HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        bench::write_all(socket, requests);
      }
    }
    fcntl(socket, F_SETFL, O_NONBLOCK);
  }

  // One more byte to it or a few from it, or a new connection when it has been closed.
  void serve(std::size_t index) {
    const int socket = sockets_[index];
    char bytes[512];
    const bool reads = kind_of(index) == Kind::reader;
    const ssize_t size = recv(socket, bytes, reads ? 64 : sizeof(bytes), 0);
    const bool closed = size == 0 || (size < 0 && errno != EAGAIN);
    if (size > 0) refused_ += std::string(bytes, static_cast<std::size_t>(size)).starts_with("HTTP/1.1 503");
    if (!closed && (reads || send(socket, "x", 1, MSG_NOSIGNAL) == 1)) return;
    close(socket);
    ++reopened_;
    open(index);
  }

  int port_;
  std::vector<int> sockets_;
  int reopened_ = 0;
  int refused_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  try {
    SlowClients clients(std::atoi(arguments[1]), std::atoi(arguments[2]));
    std::printf("open %s\n", arguments[2]);
    std::fflush(stdout);
    clients.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "slow_client: %s\n", error.what());
    return 1;
  }
}
