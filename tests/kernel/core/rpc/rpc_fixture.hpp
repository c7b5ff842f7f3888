#pragma once

// Peers on socket pairs, and the other end of one as plain bytes.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/rpc/frame.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tests/fake_clock.hpp"
#include "tests/run_until.hpp"

namespace chela::rpc {

using nlohmann::json;

struct SocketPair {
  int ends[2] = {-1, -1};
  SocketPair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0); }
};

// Keeps what it is told; answers by `answer` when that is set.
class Recorder final : public PeerHandler {
 public:
  void on_request(Request request) override {
    if (answer) return answer(std::move(request));
    requests.push_back(std::move(request));
  }
  void on_notification(std::string_view method, std::string_view params) override {
    notifications.emplace_back(method, params);
  }
  void on_closed(const Error& why) override {
    closed.push_back(why);
    if (when_closed) when_closed();
  }

  std::move_only_function<void(Request)> answer;
  std::move_only_function<void()> when_closed;
  std::deque<Request> requests;
  std::vector<std::pair<std::string, std::string>> notifications;
  std::vector<Error> closed;
};

struct Outcome {
  bool done = false;
  Result<std::string> result;
  std::string error() const {
    return !done ? "open" : result ? "no error" : fmt::format("{}: {}", name_of(result.error().code), result.error().message);
  }
};

inline Task<Result<void>> keep_call(Peer& peer, std::string method, std::string params, CallOptions options,
                                    Outcome& outcome) {
  outcome.result = co_await peer.call(std::move(method), std::move(params), std::move(options));
  outcome.done = true;
  co_return Result<void>{};
}

inline std::string framed(std::string_view text) { return frame_header(text.size()).append(text); }

// A peer against plain bytes.
class RawTest : public testing::Test {
 protected:
  RawTest() { make({}); }
  ~RawTest() override {
    peer.reset();
    loop.drain(std::chrono::seconds(1));
    if (pair.ends[1] >= 0) ::close(pair.ends[1]);
  }

  void make(Limits limits) {
    if (peer) ::close(pair.ends[1]);
    peer.reset();
    pair = SocketPair();
    reader = FrameReader(16u << 20);
    peer = std::make_unique<Peer>(loop, handler, limits);
    ASSERT_TRUE(peer->open(pair.ends[0]));
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto written = ::send(pair.ends[1], bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
      loop.run_ready();
      if (written < 0 && errno != EAGAIN) return;
    }
  }
  void say(const json& message) { write(framed(message.dump())); }

  // The next message of the peer.
  json hear() {
    for (;;) {
      if (auto frame = reader.next(); frame && *frame) return json::parse(**frame);
      bool some = run_until(loop, [&] { return read_some(); });
      if (!some || ended) return {};
    }
  }
  bool hears_nothing() {
    for (int i = 0; i < 3; ++i) loop.run_ready();
    auto before = reader.next();
    if (!before || *before) return false;
    read_some();
    auto after = reader.next();
    return after && !*after;
  }
  bool read_some() {
    char buffer[65536 + kFramePadding];
    auto size = ::recv(pair.ends[1], buffer, sizeof buffer - kFramePadding, MSG_DONTWAIT);
    if (size < 0) return false;
    ended = size == 0;
    arrived.emplace_back(buffer, static_cast<std::size_t>(size)).append(kFramePadding, '\0');
    reader.feed(std::string_view(arrived.back()).substr(0, static_cast<std::size_t>(size)));
    return true;
  }
  bool closes() {
    return run_until(loop, [&] { return !handler.closed.empty(); });
  }
  Outcome& call(std::string method, std::string params = "{}", CallOptions options = {}) {
    auto& outcome = outcomes.emplace_back();
    loop.spawn("call", keep_call(*peer, std::move(method), std::move(params), std::move(options), outcome));
    return outcome;
  }
  bool ends(const Outcome& outcome) {
    return run_until(loop, [&] { return outcome.done; });
  }

  FakeClock clock;
  Loop loop{clock};
  Recorder handler;
  SocketPair pair;
  std::unique_ptr<Peer> peer;
  FrameReader reader{16u << 20};
  std::deque<std::string> arrived;
  std::deque<Outcome> outcomes;
  bool ended = false;
};

// Two peers: the kernel and a host process.
class PairTest : public testing::Test {
 protected:
  PairTest() { make({}, {}); }
  ~PairTest() override {
    kernel.reset();
    host.reset();
    loop.drain(std::chrono::seconds(1));
  }
  void make(Limits of_kernel, Limits of_host) {
    SocketPair pair;
    kernel = std::make_unique<Peer>(loop, kernel_handler, of_kernel);
    host = std::make_unique<Peer>(loop, host_handler, of_host);
    ASSERT_TRUE(kernel->open(pair.ends[0]));
    ASSERT_TRUE(host->open(pair.ends[1]));
  }
  Outcome& call(Peer& peer, std::string method, std::string params = "{}", CallOptions options = {}) {
    auto& outcome = outcomes.emplace_back();
    loop.spawn("call", keep_call(peer, std::move(method), std::move(params), std::move(options), outcome));
    return outcome;
  }
  bool ends(const Outcome& outcome) {
    return run_until(loop, [&] { return outcome.done; });
  }
  bool host_has_requests(std::size_t count) {
    return run_until(loop, [&] { return host_handler.requests.size() >= count; });
  }

  FakeClock clock;
  Loop loop{clock};
  Recorder kernel_handler, host_handler;
  std::unique_ptr<Peer> kernel, host;
  std::deque<Outcome> outcomes;
};

}  // namespace chela::rpc
