// turn_client http|ws PORT CLIENTS TURNS [TAG]: runs turns, each client one after another on its own connection, and
// prints the wall seconds of the whole and then one latency in microseconds per turn. TAG keeps the sessions of runs
// apart.
//
// http posts /v1/chat/completions (streaming); ws sends user_message, each turn in a session of its own, until
// typing_stop.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

double now_us() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

class Connection {
 public:
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error("cannot connect");
    }
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const timeval patience{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void write(const std::string& bytes) const {
    if (send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("cannot send");
    }
  }

  // Reads on until the answer holds `end`, and takes everything up to there.
  std::string take_until(const std::string& end) {
    char buffer[65536];
    std::size_t from = 0;
    for (;;) {
      const std::size_t at = received_.find(end, from);
      if (at != std::string::npos) {
        std::string taken = received_.substr(0, at + end.size());
        received_.erase(0, at + end.size());
        return taken;
      }
      from = received_.size() < end.size() ? 0 : received_.size() - end.size();
      const ssize_t size = recv(socket_, buffer, sizeof(buffer), 0);
      if (size <= 0) throw std::runtime_error("the answer ended early:\n" + received_);
      received_.append(buffer, static_cast<std::size_t>(size));
    }
  }

 private:
  int socket_;
  std::string received_;
};

void expect(const std::string& answer, const char* wanted) {
  if (answer.find(wanted) == std::string::npos)
    throw std::runtime_error("an answer without " + (wanted + (":\n" + answer)));
}

void http_turn(Connection& connection) {
  static const std::string body =
      R"({"model":"mock/test-model","stream":true,"messages":[{"role":"user","content":"Say a few words."}]})";
  connection.write("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                   "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::string answer = connection.take_until("\r\n0\r\n\r\n");
  expect(answer, " 200 ");
  expect(answer, "a few words ");
}

void open_websocket(Connection& connection) {
  connection.write("GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
  expect(connection.take_until("\r\n\r\n"), " 101 ");
}

void ws_turn(Connection& connection, const std::string& session) {
  const std::string text = R"({"type":"user_message","text":"Say a few words.","sessionId":")" + session + R"("})";
  std::string frame = {'\x81', static_cast<char>(0x80 | 126), static_cast<char>(text.size() >> 8),
                       static_cast<char>(text.size() & 0xff), 0, 0, 0, 0}; // a mask of zeros
  if (text.size() < 126) frame = {'\x81', static_cast<char>(0x80 | text.size()), 0, 0, 0, 0};
  connection.write(frame + text);
  expect(connection.take_until("\"typing_stop\""), "a few words ");
  connection.take_until("}");
}

void run_client(bool websocket, int port, int turns, const std::string& tag, std::vector<double>& latencies) {
  Connection connection(port);
  if (websocket) open_websocket(connection);
  for (int turn = 0; turn < turns; ++turn) {
    const double start = now_us();
    if (websocket) {
      ws_turn(connection, tag + "-" + std::to_string(turn));
    } else {
      http_turn(connection);
    }
    latencies.push_back(now_us() - start);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) return 2;
  const bool websocket = std::string(arguments[1]) == "ws";
  const int port = std::atoi(arguments[2]);
  const int clients = std::atoi(arguments[3]);
  const int turns = std::atoi(arguments[4]);
  const std::string tag = count > 5 ? arguments[5] : "bench";
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(clients));
  std::vector<std::thread> threads;
  const double start = now_us();
  for (int client = 0; client < clients; ++client) {
    auto& own = latencies[static_cast<std::size_t>(client)];
    threads.emplace_back([=, &own] {
      try {
        run_client(websocket, port, turns, tag + "-" + std::to_string(client), own);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "turn_client: %s\n", error.what());
        std::_Exit(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%.6f\n", (now_us() - start) / 1e6);
  for (const auto& own : latencies) {
    for (const double latency : own) std::printf("%.1f\n", latency);
  }
}
