// paced_model PIECES INTERVAL_MS: a model server that speaks slowly. Each piece of an answer begins with the moment in
// which it was sent, as @ and 16 digits of microseconds, so that a client on the same machine sees what came late. One
// thread, absolute deadlines: it keeps its pace with thousands of answers at once. Prints `model ready PORT`.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <unordered_map>

#include "tools/benchmarks/sockets.hpp"

namespace {

constexpr char kHead[] = R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"test-model",)";

std::string chunk_of(const std::string& event) {
  const std::string data = "data: " + event + "\n\n";
  char size[16];
  std::snprintf(size, sizeof(size), "%zx\r\n", data.size());
  return size + data + "\r\n";
}

std::string piece() {
  char text[64];
  std::snprintf(text, sizeof(text), "@%016.0f a few words ", bench::now_us());
  return chunk_of(kHead + std::string(R"("choices":[{"index":0,"delta":{"content":")") + text +
                  R"("},"finish_reason":null}]})");
}

std::string ending() {
  return chunk_of(kHead + std::string(R"("choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})")) +
         chunk_of(kHead + std::string(R"("choices":[],"usage":{"prompt_tokens":9,"completion_tokens":60}})")) +
         chunk_of("[DONE]") + "0\r\n\r\n";
}

struct Peer {
  std::string received;
  int pieces_left = 0;
};

struct Due {
  double at_us;
  int socket;
  bool operator<(const Due& other) const { return at_us > other.at_us; }  // the earliest on top
};

class Model {
 public:
  Model(int listener, int pieces, double interval_us)
      : listener_(listener), pieces_(pieces), interval_us_(interval_us), epoll_(epoll_create1(0)) {
    watch(listener);
  }

  [[noreturn]] void run() {
    epoll_event events[256];
    for (;;) {
      const double wait_us = due_.empty() ? 1e6 : std::max(0.0, due_.top().at_us - bench::now_us());
      const int count = epoll_wait(epoll_, events, 256, static_cast<int>(std::ceil(wait_us / 1e3)));
      for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == listener_) {
          accept_peer();
        } else {
          read_from(events[i].data.fd);
        }
      }
      for (const double now = bench::now_us(); !due_.empty() && due_.top().at_us <= now;) {
        const Due due = due_.top();
        due_.pop();
        speak(due);
      }
    }
  }

 private:
  void watch(int socket) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void accept_peer() {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    peers_[socket] = {};
    watch(socket);
  }

  void read_from(int socket) {
    char buffer[65536];
    const ssize_t size = recv(socket, buffer, sizeof(buffer), 0);
    if (size <= 0) {
      peers_.erase(socket);
      close(socket);
      return;
    }
    Peer& peer = peers_[socket];
    peer.received.append(buffer, static_cast<std::size_t>(size));
    const std::size_t end = peer.received.find("\r\n\r\n");
    if (end == std::string::npos) return;
    std::size_t at = peer.received.find("ontent-Length: ");
    if (at == std::string::npos) at = peer.received.find("ontent-length: ");
    const std::size_t body = at < end ? std::strtoul(peer.received.c_str() + at + 15, nullptr, 10) : 0;
    if (peer.received.size() < end + 4 + body) return;
    peer.received.clear();
    peer.pieces_left = pieces_;
    say(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    due_.push({bench::now_us() + interval_us_, socket});
  }

  void speak(const Due& due) {
    auto found = peers_.find(due.socket);
    if (found == peers_.end() || found->second.pieces_left == 0) return;
    say(due.socket, piece());
    if (--found->second.pieces_left == 0) return say(due.socket, ending());
    due_.push({due.at_us + interval_us_, due.socket});
  }

  static void say(int socket, const std::string& bytes) {
    (void)!send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  int listener_;
  int pieces_;
  double interval_us_;
  int epoll_;
  std::unordered_map<int, Peer> peers_;
  std::priority_queue<Due> due_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 4096) != 0) return 1;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("model ready %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  Model(listener, std::atoi(arguments[1]), std::atof(arguments[2]) * 1e3).run();
}
