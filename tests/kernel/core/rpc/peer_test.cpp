// Two peers: many calls, and owners who let go at the wrong moment.

#include <gmock/gmock.h>

#include "tests/kernel/core/rpc/rpc_fixture.hpp"

namespace chela::rpc {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST_F(PairTest, TenThousandCallsInFlightAreAllAnswered) {
  constexpr std::size_t kCalls = 10'000;
  make({.calls_max = kCalls}, {.calls_max = kCalls});
  for (std::size_t i = 0; i < kCalls; ++i) call(*kernel, "echo", fmt::format(R"({{"n":{}}})", i));
  EXPECT_EQ(call(*kernel, "echo").error(), "exhausted: calling echo: 10000 calls are open");
  outcomes.pop_back();
  ASSERT_TRUE(host_has_requests(kCalls));
  while (!host_handler.requests.empty()) {  // the last first
    host_handler.requests.back().answer(host_handler.requests.back().params());
    host_handler.requests.pop_back();
  }
  ASSERT_TRUE(run_until(loop, [&] { return kernel->open_calls() == 0; }));
  for (std::size_t i = 0; i < kCalls; ++i) ASSERT_EQ(outcomes[i].result, fmt::format(R"({{"n":{}}})", i));
  EXPECT_EQ(host->open_requests(), 0u);
}

TEST_F(PairTest, LargeMessagesGoThrough) {
  host_handler.answer = [](Request asked) { asked.answer(asked.params()); };
  auto params = R"({"x":")" + std::string(15u << 20, 'x') + "\"}";
  auto& outcome = call(*kernel, "echo", params);
  ASSERT_TRUE(ends(outcome));
  EXPECT_TRUE(outcome.result == params);
}

TEST_F(PairTest, RefusesWhatFitsNoFrame) {
  make({.frame_bytes_max = 4096}, {.frame_bytes_max = 8192});
  auto large = "\"" + std::string(5000, 'x') + "\"";
  EXPECT_THAT(call(*kernel, "m", R"({"x":)" + large + "}").error(), HasSubstr("too_large: calling m"));
  EXPECT_EQ(kernel->notify("m", R"({"x":)" + large + "}").error().code, ErrorCode::too_large);
  kernel_handler.answer = [&](Request asked) { asked.answer(large); };
  auto& outcome = call(*host, "m");
  ASSERT_TRUE(ends(outcome));
  EXPECT_THAT(outcome.error(), HasSubstr("too_large"));
  EXPECT_TRUE(kernel->is_open());
}

TEST_F(PairTest, CallsAreRefusedWhileTooMuchWaits) {
  make({.pending_bytes_max = 1 << 20}, {});
  auto params = R"({"x":")" + std::string(600'000, 'x') + "\"}";
  call(*kernel, "m", params);
  EXPECT_THAT(call(*kernel, "m", params).error(), HasSubstr("exhausted: calling m"));
  ASSERT_TRUE(host_has_requests(1));
  EXPECT_EQ(call(*kernel, "m", params).error(), "open");
}

TEST_F(PairTest, ACallEndsByItsToken) {
  CancelSource source;
  auto& outcome = call(*kernel, "slow", "{}", {.cancel = source.token()});
  ASSERT_TRUE(host_has_requests(1));
  source.cancel();
  EXPECT_EQ(outcome.error(), "cancelled: calling slow: cancelled");
  ASSERT_TRUE(run_until(loop, [&] { return host_handler.requests[0].cancelled().cancelled(); }));
  EXPECT_EQ(call(*kernel, "slow", "{}", {.cancel = source.token()}).error(), "cancelled: cancelled");
  EXPECT_EQ(kernel->open_calls(), 0u);
}

TEST_F(PairTest, ACallWhoseTaskIsDestroyedIsCancelled) {
  Outcome outcome;
  {
    auto task = keep_call(*kernel, "slow", "{}", {}, outcome);
    task.start();
    ASSERT_TRUE(host_has_requests(1));
  }
  EXPECT_EQ(kernel->open_calls(), 0u);
  EXPECT_TRUE(run_until(loop, [&] { return host_handler.requests[0].cancelled().cancelled(); }));
}

TEST_F(PairTest, StreamsOfManyEventsKeepTheirOrder) {
  auto stream = [](Request asked) -> Task<Result<void>> {
    for (int i = 0; i < 5000; ++i) {
      auto event = std::to_string(i);
      CHELA_CO_CHECK(co_await asked.send_event(event));
    }
    asked.answer("{}");
    co_return Result<void>{};
  };
  host_handler.answer = [&](Request asked) { loop.spawn("stream", stream(std::move(asked))); };
  int next = 0;
  auto& outcome = call(*kernel, "stream", R"({"credit":7})",
                       {.on_event = [&](std::string_view event) { EXPECT_EQ(event, std::to_string(next++)); }, .credit = 7});
  ASSERT_TRUE(ends(outcome));
  EXPECT_EQ(next, 5000);
}

// Above the room of the system's buffer, so that writing takes time, and below, so that it is done at once.
TEST_F(PairTest, EventsWaitForRoomToo) {
  for (std::size_t size : {1 << 20, 60 << 10}) {
    make({}, {.pending_bytes_max = 4 * size + (160 << 10)});
    std::size_t sent = 0;
    auto stream = [](Request asked, std::size_t bytes, std::size_t& count) -> Task<Result<void>> {
      for (int i = 0; i < 64; ++i) {
        auto event = "\"" + std::string(bytes, 'x') + "\"";
        CHELA_CO_CHECK(co_await asked.send_event(std::move(event)));
        ++count;
      }
      asked.answer("{}");
      co_return Result<void>{};
    };
    host_handler.answer = [&](Request asked) { loop.spawn("stream", stream(std::move(asked), size, sent)); };
    std::size_t most = 0, taken = 0;
    auto& outcome = call(*kernel, "stream", "{}", {.on_event = [&](std::string_view) {
                           ++taken;
                           most = std::max(most, sent - taken);
                         }});
    ASSERT_TRUE(ends(outcome)) << size;
    EXPECT_EQ(taken, 64u);
    EXPECT_LT(most, 8u);
  }
}

TEST_F(PairTest, DestroyingThePeerResumesNobodyOnTheSpot) {
  auto& outcome = call(*kernel, "slow");
  kernel.reset();
  EXPECT_EQ(outcome.error(), "open");
  ASSERT_TRUE(ends(outcome));
  EXPECT_EQ(outcome.error(), "unavailable: calling slow: the connection was given up");
}

TEST_F(PairTest, TheHandlerMayDestroyThePeerAnywhere) {
  kernel_handler.answer = [&](Request) { kernel.reset(); };
  auto& inside = call(*kernel, "x");
  call(*host, "a");
  call(*host, "b");
  ASSERT_TRUE(ends(outcomes.back()));
  ASSERT_TRUE(ends(inside));
  EXPECT_THAT(inside.error(), HasSubstr("unavailable"));
  EXPECT_TRUE(kernel_handler.closed.empty());
  EXPECT_EQ(host_handler.closed.size(), 1u);

  make({}, {});
  host_handler.closed.clear();
  kernel_handler.when_closed = [&] { kernel.reset(); };
  kernel->close({ErrorCode::cancelled, "enough"});
  EXPECT_FALSE(kernel->is_open());
  EXPECT_TRUE(kernel_handler.closed.empty()) << "not from inside a call into the peer";
  ASSERT_TRUE(run_until(loop, [&] { return !host_handler.closed.empty(); }));
  ASSERT_EQ(kernel_handler.closed.size(), 1u);
  EXPECT_EQ(kernel_handler.closed[0].message, "enough");
  EXPECT_FALSE(kernel);
}

TEST_F(PairTest, WhoWaitsMayDestroyThePeer) {
  struct Guard {
    static Task<Result<void>> run(std::unique_ptr<Peer>& peer, Outcome& outcome) {
      outcome.result = co_await peer->call("m", "{}");
      outcome.done = true;
      peer.reset();
      co_return Result<void>{};
    }
  };
  for (bool by_answer : {true, false}) {
    make({}, {});
    host_handler.requests.clear();
    auto& first = outcomes.emplace_back();
    auto& second = outcomes.emplace_back();
    loop.spawn("first", Guard::run(kernel, first));
    loop.spawn("second", Guard::run(kernel, second));
    ASSERT_TRUE(host_has_requests(2));
    if (by_answer) {
      host_handler.requests[0].answer("1");
      host_handler.requests[1].answer("2");
    } else {
      host->close({ErrorCode::cancelled, "enough"});
    }
    ASSERT_TRUE(ends(first));
    ASSERT_TRUE(ends(second));
    EXPECT_FALSE(kernel);
    host.reset();
  }
}

TEST_F(PairTest, AnEventMayEndItsCallOrThePeer) {
  auto stream = [](Request asked) -> Task<Result<void>> {
    for (int i = 0; i < 10; ++i) {
      CHELA_CO_CHECK(co_await asked.send_event("1"));
    }
    asked.answer("{}");
    co_return Result<void>{};
  };
  host_handler.answer = [&](Request asked) { loop.spawn("stream", stream(std::move(asked))); };
  CancelSource source;
  int taken = 0;
  auto& cancelled = call(*kernel, "s", "{}", {.cancel = source.token(), .on_event = [&](std::string_view) {
                           if (++taken == 3) source.cancel();
                         }});
  ASSERT_TRUE(ends(cancelled));
  EXPECT_EQ(taken, 3);
  EXPECT_TRUE(kernel->is_open());
  auto& destroyed = call(*kernel, "s", "{}", {.on_event = [&](std::string_view) { kernel.reset(); }});
  ASSERT_TRUE(ends(destroyed));
}

TEST_F(PairTest, RequestsOutliveTheirPeer) {
  call(*kernel, "a");
  call(*kernel, "b");
  ASSERT_TRUE(host_has_requests(2));
  host.reset();
  ASSERT_TRUE(run_until(loop, [&] { return host_handler.requests[0].cancelled().cancelled(); }));
  host_handler.requests[0].answer("{}");
  auto task = host_handler.requests[1].send_event("1");
  host_handler.requests.clear();
  task.start();
  EXPECT_TRUE(ends(outcomes[0]) && ends(outcomes[1]));
}

TEST_F(PairTest, WhatWasSaidBeforeTheEndArrives) {
  host_handler.answer = [&](Request asked) {
    asked.answer("{}");
    host->close({ErrorCode::cancelled, "shut down"});
  };
  auto& outcome = call(*kernel, "host.shutdown");
  ASSERT_TRUE(ends(outcome));
  EXPECT_EQ(outcome.error(), "no error");
  EXPECT_TRUE(run_until(loop, [&] { return !kernel_handler.closed.empty(); }));
}

TEST(Peer, RefusesADescriptorThatIsNone) {
  Loop loop;
  Recorder handler;
  Peer peer(loop, handler);
  EXPECT_FALSE(peer.open(12345));
  EXPECT_FALSE(peer.is_open());
  peer.close({ErrorCode::cancelled, "never opened"});
  Outcome outcome;
  loop.spawn("call", keep_call(peer, "m", "{}", {}, outcome));
  EXPECT_EQ(outcome.error(), "unavailable: calling m: the connection is closed");
  loop.drain(1s);
}

}  // namespace
}  // namespace chela::rpc
