#pragma once

// A client on a loop of its own, and a listener that keeps what it is told.

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "tests/fake_clock.hpp"
#include "tests/run_until.hpp"

namespace chela::net {

class RecordingListener : public EgressListener {
 public:
  int status = 0;
  Headers headers;
  std::string body;
  std::uint64_t body_bytes = 0;
  int done = 0;
  Result<void> result;
  bool keep_body = true;
  std::function<void()> on_head_hook, on_body_hook, on_done_hook;

  ErrorCode code() const { return result ? ErrorCode::internal : result.error().code; }
  std::string error() const { return result ? "" : result.error().message; }

 private:
  void on_head(int given, const Headers& fields) override {
    EXPECT_EQ(status, 0);
    EXPECT_EQ(done, 0);
    status = given;
    headers = fields;
    if (on_head_hook) on_head_hook();
  }
  void on_body(std::string_view bytes) override {
    EXPECT_NE(status, 0);
    EXPECT_EQ(done, 0);
    if (keep_body) body += bytes;
    body_bytes += bytes.size();
    if (on_body_hook) on_body_hook();
  }
  void on_done(Result<void> given) override {
    ++done;
    result = std::move(given);
    if (on_done_hook) on_done_hook();
  }
};

inline EgressOptions direct_options() {
  EgressOptions options;
  options.proxy_environment = {};
  return options;
}

class EgressTest : public testing::Test {
 protected:
  explicit EgressTest(EgressOptions options = direct_options()) : client(loop, std::move(options)) {}

  // Sends and turns the loop until the request is done.
  void exchange(EgressRequest request, RecordingListener& listener) {
    auto id = client.send(std::move(request), listener);
    ASSERT_TRUE(id) << id.error().message;
    run_until(loop, [&] { return listener.done > 0; });
    EXPECT_EQ(listener.done, 1);
  }
  static EgressRequest get(std::string url) {
    EgressRequest request;
    request.url = std::move(url);
    return request;
  }

  FakeClock clock;
  Loop loop{clock};
  EgressClient client;
};

}  // namespace chela::net
