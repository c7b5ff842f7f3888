// Tools that leave their calls without an answer: the caller gets one, and a plugin that does so too often no more calls.

#include <latch>

#include "kernel/runtime/tools/call.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using plugins::LeftoverCalls;
using plugins::State;
using plugins::to_abi;
using std::chrono::seconds;
using testing::HasSubstr;

class UnansweredTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(acme, R"("provides": [{"kind": "tool", "id": "acme", "tools": [
      {"name": "quick", "description": "d", "parameters": {}}, {"name": "slow", "description": "d", "parameters": {}, "blocking": true}]}])");
    acme.tool_names = "quick\nslow\n";
    acme.on_start_tool = [this](const auto&, const chela_tool_call* call, auto*) {
      open_calls.push_back(call);
      return CHELA_OK;
    };
    acme.on_run_tool = [](const auto&, const chela_tool_call* call, auto*) {
      call->complete(call, CHELA_OK, to_abi("done"));
      return CHELA_OK;
    };
    open({&acme});
    catalog.emplace(*set, ToolSelection{});
  }
  void call(const std::string& tool) {
    loop.spawn("call", keep(call_tool(loop, *set, {.tool = catalog->find(tool), .arguments = "{}", .context = "{}"},
                                      progress, stop.token()),
                            outcomes.emplace_back()));
    settle();
  }
  void complete_all() {
    for (const auto* open : std::exchange(open_calls, {})) open->complete(open, CHELA_OK, to_abi("late"));
    settle();
  }
  const plugins::Record& record() { return *set->find("acme"); }

  plugins::ScriptedPlugin& acme = plugin("acme");
  std::optional<ToolCatalog> catalog;
  std::function<void(std::string_view)> progress = [](std::string_view) {};
  CancelSource stop;
  std::deque<std::optional<Result<std::string>>> outcomes;
  std::vector<const chela_tool_call*> open_calls;
};

TEST_F(UnansweredTest, APluginThatLeavesTooManyGetsNoMore) {
  for (std::size_t i = 0; i < LeftoverCalls::kCallsMax; ++i) call("quick");
  advance(seconds(30));
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.value().error().code, ErrorCode::timed_out);
  EXPECT_EQ(record().leftover_calls->count(), 0u);  // it may still complete them
  advance(seconds(9));
  EXPECT_EQ(record().state, State::started);
  advance(seconds(1));
  EXPECT_EQ(record().leftover_calls->count(), LeftoverCalls::kCallsMax);
  EXPECT_EQ(record().state, State::quarantined);
  EXPECT_THAT(codes(record()), testing::ElementsAre("calls_unanswered"));
  EXPECT_THAT(record().diagnostics[0].message, HasSubstr("left 4 calls without an answer"));

  call("quick");
  ASSERT_TRUE(outcomes.back());
  EXPECT_EQ(outcomes.back()->error().code, ErrorCode::unavailable);
  EXPECT_THAT(outcomes.back()->error().message, HasSubstr("plugin acme: left 4 calls without an answer"));
  EXPECT_EQ(open_calls.size(), LeftoverCalls::kCallsMax);

  complete_all();  // what it was lent is still there; being late does not bring it back
  EXPECT_EQ(record().leftover_calls->count(), 0u);
  EXPECT_EQ(record().state, State::quarantined);
  EXPECT_THAT(acme.calls, testing::Not(testing::Contains("stop")));
  set->stop_all();
  EXPECT_EQ(acme.calls.back(), "destroy");
  EXPECT_EQ(record().state, State::stopped);
}

TEST_F(UnansweredTest, OneThatCompletesWhenAskedMayBeAskedOften) {
  acme.on_cancel_tool = [this](std::uint64_t) {
    for (const auto* open : std::exchange(open_calls, {})) open->complete(open, CHELA_CANCELLED, to_abi(""));
  };
  for (int i = 0; i < 100; ++i) call("quick");
  stop.cancel();
  settle();
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.value().error().code, ErrorCode::cancelled);
  advance(seconds(100));
  EXPECT_EQ(record().leftover_calls->count(), 0u);
  EXPECT_EQ(record().state, State::started);
}

TEST_F(UnansweredTest, OneThatIsOnlyLateStays) {
  for (std::size_t i = 0; i < LeftoverCalls::kCallsMax - 1; ++i) call("quick");
  advance(seconds(30));
  advance(seconds(10));
  EXPECT_EQ(record().leftover_calls->count(), LeftoverCalls::kCallsMax - 1);
  complete_all();
  for (std::size_t i = 0; i < LeftoverCalls::kCallsMax - 1; ++i) call("quick");
  advance(seconds(30));
  advance(seconds(10));
  EXPECT_EQ(record().leftover_calls->count(), LeftoverCalls::kCallsMax - 1);
  EXPECT_EQ(record().state, State::started);
  complete_all();
}

TEST_F(UnansweredTest, CallsThatWaitBehindOthersAreNotThePluginsFault) {
  auto release = std::make_shared<std::latch>(1);  // shared with threads that may leave it last
  std::atomic<int> entered = 0;
  acme.on_run_tool = [&, release](const auto&, const chela_tool_call* call, auto*) {
    ++entered;
    release->wait();
    call->complete(call, CHELA_OK, to_abi("done"));
    return CHELA_OK;
  };
  // The threads are taken by somebody else.
  auto taken = std::make_shared<std::latch>(8);
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(loop.workers().submit([taken, release] {
      taken->count_down();
      release->wait();
    }));
  }
  taken->wait();
  for (std::size_t i = 0; i < LeftoverCalls::kCallsMax + 1; ++i) call("slow");
  advance(seconds(30));
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.value().error().code, ErrorCode::timed_out);
  advance(seconds(10));
  EXPECT_EQ(record().leftover_calls->count(), 0u);
  EXPECT_EQ(record().state, State::started);
  release->count_down();
  outcomes.clear();
  call("slow");
  run_until([&] { return outcomes.back().has_value(); });
  EXPECT_TRUE(*outcomes.back());
  EXPECT_EQ(entered, 1);  // the others were not begun for nobody
  std::weak_ptr<plugins::Instance> instance = record().instance;
  set->stop_all();
  run_until([&] { return instance.expired(); });  // the threads have let go of it
}

TEST_F(UnansweredTest, ABlockingToolThatHangsIsCounted) {
  auto release = std::make_shared<std::latch>(1);  // shared with threads that may leave it last
  auto running = std::make_shared<std::latch>(LeftoverCalls::kCallsMax);
  acme.on_run_tool = [&, release](const auto&, const chela_tool_call* call, auto*) {
    running->count_down();
    release->wait();
    call->complete(call, CHELA_OK, to_abi("late"));
    return CHELA_OK;
  };
  for (std::size_t i = 0; i < LeftoverCalls::kCallsMax; ++i) call("slow");
  running->wait();
  std::weak_ptr<plugins::Instance> instance = record().instance;
  advance(seconds(30));
  advance(seconds(10));
  EXPECT_EQ(record().state, State::quarantined);
  release->count_down();
  run_until([&] { return record().leftover_calls->count() == 0; });
  set->stop_all();
  run_until([&] { return instance.expired(); });  // the threads have let go of it
}

}  // namespace
}  // namespace chela::runtime
