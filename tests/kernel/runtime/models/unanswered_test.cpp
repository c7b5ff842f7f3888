// Providers that leave completions open: the turn is answered, and a plugin that does so too often gets no more.

#include "kernel/runtime/models/completion.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using plugins::LeftoverCalls;
using plugins::State;
using plugins::to_abi;
using std::chrono::seconds;
using testing::HasSubstr;

class Nobody final : public CompletionListener {
  void on_text(std::string_view) override {}
  void on_reasoning(std::string_view) override {}
};

class UnansweredTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(wire, R"("provides": [{"kind": "provider", "id": "wire"}])");
    service.id = "cloud";
    service.api = "wire";
    service.json = R"({"id":"cloud"})";
    wire.on_complete = [this](const auto&, const chela_completion* completion, auto*) {
      open_calls.push_back(completion);
      return CHELA_OK;
    };
    wire.on_list_models = [this](auto, const chela_completion* completion) {
      open_calls.push_back(completion);
      return CHELA_OK;
    };
    open({&wire});
  }
  void start() {
    CompletionInput input{.service = &service, .model = "m", .messages = {}, .silence_max = seconds(120)};
    loop.spawn("completion", keep(complete(loop, *set, std::move(input), nobody, {}), outcomes.emplace_back()));
    settle();
  }
  void complete_all() {
    for (const auto* open : std::exchange(open_calls, {})) open->complete(open, CHELA_OK, to_abi("stop"), 0);
  }
  const plugins::Record& record() { return *set->find("wire"); }

  plugins::ScriptedPlugin& wire = plugin("wire");
  Service service;
  Nobody nobody;
  std::deque<std::optional<CompletionOutcome>> outcomes;
  std::vector<const chela_completion*> open_calls;
};

TEST_F(UnansweredTest, AProviderThatLeavesTooManyGetsNoMore) {
  for (std::size_t i = 0; i < LeftoverCalls::kCallsMax; ++i) start();
  advance(seconds(120));
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.value().error().error.code, ErrorCode::timed_out);
  EXPECT_EQ(record().state, State::started);
  advance(seconds(10));
  EXPECT_EQ(record().leftover_calls->count(), LeftoverCalls::kCallsMax);
  EXPECT_EQ(record().state, State::quarantined);
  start();
  ASSERT_TRUE(outcomes.back());
  EXPECT_EQ(outcomes.back()->error().error.code, ErrorCode::unavailable);
  EXPECT_THAT(outcomes.back()->error().error.message, HasSubstr("left 4 calls without an answer"));
  complete_all();
  EXPECT_EQ(record().leftover_calls->count(), 0u);
}

TEST_F(UnansweredTest, OneThatCompletesWhenAskedStays) {
  wire.on_cancel = [this](std::uint64_t) { complete_all(); };
  for (int i = 0; i < 20; ++i) start();
  advance(seconds(120));
  advance(seconds(10));
  EXPECT_EQ(record().leftover_calls->count(), 0u);
  EXPECT_EQ(record().state, State::started);
}

TEST_F(UnansweredTest, ListsOfModelsCountToo) {
  for (std::size_t i = 0; i < LeftoverCalls::kCallsMax; ++i) {
    std::optional<Result<std::vector<Model>>> models;
    loop.spawn("list", keep(list_models(loop, *set, service, seconds(1), {}), models));
    settle();
    advance(seconds(1));
    ASSERT_TRUE(models);
    EXPECT_EQ(models->error().code, ErrorCode::timed_out);
  }
  advance(seconds(10));
  EXPECT_EQ(record().state, State::quarantined);
  complete_all();
}

}  // namespace
}  // namespace chela::runtime
