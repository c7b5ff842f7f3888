// stream_client http|ws PORT COUNT PIECES: runs COUNT turns at once, each on its own connection, against a gateway in
// front of paced_model (or, as http, paced_model itself). Says "open COUNT", begins when it reads a line, says
// "streaming" when every answer has begun, and at the end
//   PIECES_SEEN DELAY_P50_MS DELAY_P99_MS DELAY_MAX_MS GAP_MAX_MS MODEL_GAP_MAX_MS
// The delay is from the model's sending to our reading; a gap is between two pieces of one answer.

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tools/benchmarks/sockets.hpp"

namespace {

constexpr std::size_t kDigits = 16;
constexpr int kSilenceMaxMs = 20'000;

struct Stream {
  int socket = -1;
  std::string tail;  // may hold the begin of a stamp, or of the end
  int pieces = 0;
  double sent_us = 0;
  double seen_us = 0;
  bool ended = false;
};

class Streams {
 public:
  Streams(bool websocket, int port, int count, int pieces)
      : websocket_(websocket), pieces_(pieces), streams_(static_cast<std::size_t>(count)), epoll_(epoll_create1(0)) {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      streams_[i].socket = bench::connect_to(port);
      if (websocket) bench::open_websocket(streams_[i].socket);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, streams_[i].socket, &event);
    }
  }

  void run() {
    const std::string body =
        R"({"model":"mock/test-model","stream":true,"messages":[{"role":"user","content":"Say a few words."}]})";
    const std::string request =
        websocket_ ? bench::text_frame(R"({"type":"user_message","text":"Say a few words."})")
                   : "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                     "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (const Stream& stream : streams_) bench::write_all(stream.socket, request);
    epoll_event events[256];
    for (std::size_t left = streams_.size(); left > 0;) {
      const int count = epoll_wait(epoll_, events, 256, kSilenceMaxMs);
      if (count <= 0) throw std::runtime_error(std::to_string(left) + " answers did not end");
      for (int i = 0; i < count; ++i) left -= read_from(streams_[events[i].data.u64]);
    }
    std::printf("%zu %.3f %.3f %.3f %.3f %.3f\n", delays_.size(), bench::quantile(delays_, 0.5) / 1e3,
                bench::quantile(delays_, 0.99) / 1e3, bench::quantile(delays_, 1) / 1e3, gap_max_us_ / 1e3,
                model_gap_max_us_ / 1e3);
  }

 private:
  // True when this was the end of the answer.
  bool read_from(Stream& stream) {
    char buffer[65536];
    const ssize_t size = recv(stream.socket, buffer, sizeof(buffer), 0);
    if (size <= 0) throw std::runtime_error("a connection was closed: " + stream.tail);
    if (stream.ended) return false;
    const double now = bench::now_us();
    stream.tail.append(buffer, static_cast<std::size_t>(size));
    std::size_t used = 0;
    while (stream.pieces < pieces_) {  // the end of a turn repeats its text
      const std::size_t at = stream.tail.find('@', used);
      if (at == std::string::npos || stream.tail.size() < at + 1 + kDigits) break;
      note(stream, std::strtod(stream.tail.substr(at + 1, kDigits).c_str(), nullptr), now);
      used = at + 1 + kDigits;
    }
    stream.ended = stream.pieces == pieces_ &&
                   stream.tail.find(websocket_ ? "\"typing_stop\"" : "\r\n0\r\n\r\n") != std::string::npos;
    const bool failed = !stream.ended && stream.tail.find("\"error\"") != std::string::npos;
    if (failed) throw std::runtime_error("a turn failed: " + stream.tail);
    const std::size_t kept = std::min<std::size_t>(stream.tail.size() - used, 2048);
    stream.tail.erase(0, stream.tail.size() - kept);
    return stream.ended;
  }

  void note(Stream& stream, double sent_us, double now) {
    delays_.push_back(now - sent_us);
    if (stream.pieces++ > 0) {
      if (sent_us <= stream.sent_us) throw std::runtime_error("a piece came twice, or in the wrong order");
      gap_max_us_ = std::max(gap_max_us_, now - stream.seen_us);
      model_gap_max_us_ = std::max(model_gap_max_us_, sent_us - stream.sent_us);
    } else if (++begun_ == streams_.size()) {
      std::printf("streaming\n");
      std::fflush(stdout);
    }
    stream.sent_us = sent_us;
    stream.seen_us = now;
  }

  bool websocket_;
  int pieces_;
  std::vector<Stream> streams_;
  int epoll_;
  std::size_t begun_ = 0;
  std::vector<double> delays_;
  double gap_max_us_ = 0;
  double model_gap_max_us_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) return 2;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  try {
    Streams streams(std::string(arguments[1]) == "ws", std::atoi(arguments[2]), std::atoi(arguments[3]),
                    std::atoi(arguments[4]));
    std::printf("open %s\n", arguments[3]);
    std::fflush(stdout);
    std::getchar();
    streams.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stream_client: %s\n", error.what());
    return 1;
  }
}
