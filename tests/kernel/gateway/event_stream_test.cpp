#include "kernel/gateway/event_stream.hpp"

#include <gtest/gtest.h>

#include "tests/fake_clock.hpp"
#include "tests/run_until.hpp"

namespace chela::gateway {
namespace {

using runtime::EventType;

// What a taker of the queue has got.
struct Taken {
  std::vector<std::string> texts;
  std::optional<Error> error;
};

Task<Result<void>> take_all(EventQueue& queue, Taken& taken, CancelToken cancel) {
  for (;;) {
    auto event = co_await queue.next(cancel);
    if (!event) {
      taken.error = event.error();
      co_return Result<void>{};
    }
    taken.texts.push_back(event->text);
    if (event->type == EventType::assistant_done) co_return Result<void>{};
  }
}

class EventQueueTest : public testing::Test {
 protected:
  ~EventQueueTest() override { loop.drain(Duration::zero()); }

  static TurnEvent chunk(std::string text) { return {EventType::assistant_chunk, std::move(text), {}, {}}; }
  static TurnEvent done() { return {EventType::assistant_done, "end", {}, {}}; }
  void take() { loop.spawn("taker", take_all(queue, taken, cancel.token())); }
  void settle() {
    for (int i = 0; i < 10; ++i) loop.run_ready();
  }

  FakeClock clock;
  Loop loop{clock};
  EventQueue queue;
  Taken taken;
  CancelSource cancel;
};

TEST_F(EventQueueTest, HoldsWhatIsNotTakenYet) {
  queue.push(chunk("a"));
  queue.push(chunk("b"));
  queue.push(done());
  take();
  settle();
  EXPECT_EQ(taken.texts, (std::vector<std::string>{"a", "b", "end"}));
  EXPECT_FALSE(taken.error);
}

TEST_F(EventQueueTest, WakesATakerThatWaits) {
  take();
  settle();
  EXPECT_TRUE(taken.texts.empty());
  queue.push(chunk("a"));
  queue.push(chunk("b"));  // before the taker has run again
  settle();
  EXPECT_EQ(taken.texts, (std::vector<std::string>{"a", "b"}));
  queue.push(done());
  settle();
  EXPECT_EQ(taken.texts.size(), 3u);
}

TEST_F(EventQueueTest, EndsAWaitThatIsCancelled) {
  take();
  settle();
  cancel.cancel();
  settle();
  ASSERT_TRUE(taken.error);
  EXPECT_EQ(taken.error->code, ErrorCode::cancelled);
  queue.push(chunk("late"));  // nobody waits any more
  EXPECT_TRUE(taken.texts.empty());
}

TEST_F(EventQueueTest, IsBounded) {
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 4; ++i) queue.push(chunk(piece));
  queue.push(chunk("one too many"));
  queue.push(done());
  take();
  settle();
  EXPECT_TRUE(taken.texts.empty());
  ASSERT_TRUE(taken.error);
  EXPECT_EQ(taken.error->code, ErrorCode::exhausted);
}

TEST_F(EventQueueTest, WhatWasTakenMakesRoom) {
  const std::string piece(1 << 20, 'x');
  take();
  for (int i = 0; i < 20; ++i) {
    queue.push(chunk(piece));
    settle();
  }
  EXPECT_EQ(taken.texts.size(), 20u);
  EXPECT_FALSE(taken.error);
  queue.push(done());
  settle();
}

}  // namespace
}  // namespace chela::gateway
