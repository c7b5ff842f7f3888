#include "kernel/runtime/models/completion.hpp"

#include <thread>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using plugins::to_abi;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class Pieces final : public CompletionListener {
 public:
  void on_text(std::string_view piece) override {
    seen.push_back("text " + std::string(piece));
    if (then) then();
  }
  void on_reasoning(std::string_view piece) override { seen.push_back("reasoning " + std::string(piece)); }
  std::vector<std::string> seen;
  std::function<void()> then;
};

void text(const chela_completion* c, std::string_view piece) { c->text(c, to_abi(piece)); }
void complete_ok(const chela_completion* c, std::string_view reason = "stop") {
  c->complete(c, CHELA_OK, to_abi(reason), 0);
}

class CompletionTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(wire, R"("provides": [{"kind": "provider", "id": "wire"}])");
    service.id = "cloud";
    service.api = "wire";
    service.json = R"({"id":"cloud"})";
    wire.on_cancel = [this](std::uint64_t id) { cancelled.push_back(id); };
  }
  void start() {
    open({&wire});
    CompletionInput input{.service = &service, .model = "m", .messages = messages, .silence_max = seconds(120)};
    loop.spawn("completion", keep(complete(loop, *set, std::move(input), pieces, stop.token()), outcome));
    settle();
  }
  const CompletionOutcome& finish() {
    run_until([this] { return outcome.has_value(); });
    return *outcome;
  }
  const CompletionFailure& failure() {
    finish();
    EXPECT_FALSE(*outcome) << "it did not fail";
    return outcome->error();
  }
  // The plugin keeps the completion and leaves it open.
  void keep_open() {
    wire.on_complete = [this](const auto& request, const auto* completion, auto*) {
      call_id = request.call_id;
      open_completion = completion;
      return CHELA_OK;
    };
  }

  plugins::ScriptedPlugin& wire = plugin("wire");
  Service service;
  std::vector<std::shared_ptr<const std::string>> messages;
  Pieces pieces;
  CancelSource stop;
  std::optional<CompletionOutcome> outcome;
  std::vector<std::uint64_t> cancelled;
  const chela_completion* open_completion = nullptr;
  std::uint64_t call_id = 0;
};

TEST_F(CompletionTest, HandsOverTheRequestAndCollectsTheAnswerInOrder) {
  messages = {std::make_shared<const std::string>(R"({"role":"user"})"), std::make_shared<const std::string>("two")};
  std::vector<std::string> given;
  wire.on_complete = [&](const chela_completion_request& request, const chela_completion* c, auto*) {
    given = {std::string(plugins::from_abi(request.service)), std::string(plugins::from_abi(request.model)),
             std::string(plugins::from_abi(request.options)), std::string(plugins::from_abi(request.messages[0])),
             std::to_string(request.message_count), std::to_string(request.tool_count)};
    c->reasoning(c, to_abi("hm"));
    text(c, "Hel");
    text(c, "lo");
    c->tool_call(c, 0, to_abi("id0"), to_abi("look"));
    c->tool_arguments(c, 0, to_abi("{\"a\""));
    c->tool_call(c, 1, to_abi("id1"), to_abi("go"));
    c->tool_arguments(c, 0, to_abi(":1}"));
    chela_usage usage{sizeof(chela_usage), 1, 2, 3, 4};
    c->usage(c, &usage);
    usage = {sizeof(chela_usage), 10, 20, 5, 6};
    c->usage(c, &usage);
    complete_ok(c, "tool_calls");
    return CHELA_OK;
  };
  start();
  const auto& result = finish();
  ASSERT_TRUE(result) << result.error().error.message;
  EXPECT_THAT(given, ElementsAre(R"({"id":"cloud"})", "m", "{}", R"({"role":"user"})", "2", "0"));
  EXPECT_THAT(pieces.seen, ElementsAre("reasoning hm", "text Hel", "text lo"));
  EXPECT_EQ(result->text, "Hello");
  EXPECT_EQ(result->reasoning, "hm");
  EXPECT_EQ(result->stop_reason, "tool_calls");
  ASSERT_EQ(result->tool_calls.size(), 2u);
  EXPECT_EQ(result->tool_calls[0].arguments, R"({"a":1})");
  EXPECT_EQ(result->tool_calls[1].name, "go");
  EXPECT_EQ(result->usage.input_tokens, 10u);
  EXPECT_EQ(result->usage.output_tokens, 20u);
  EXPECT_EQ(result->usage.cached_input_tokens, 5u);
  EXPECT_EQ(result->usage.reasoning_tokens, 6u);
  EXPECT_TRUE(cancelled.empty());
}

TEST_F(CompletionTest, PiecesArriveBeforeTheEnd) {
  keep_open();
  start();
  text(open_completion, "early");
  EXPECT_THAT(pieces.seen, ElementsAre("text early"));
  EXPECT_FALSE(outcome);
  complete_ok(open_completion);
  EXPECT_TRUE(finish());
}

TEST_F(CompletionTest, TakesAnswersOfOtherThreadsInTheirOrder) {
  std::thread worker;
  wire.on_complete = [&](const auto&, const chela_completion* c, auto*) {
    worker = std::thread([c] {
      for (int i = 0; i < 100; ++i) text(c, std::to_string(i) + " ");
      complete_ok(c);
    });
    return CHELA_OK;
  };
  start();
  const auto& result = finish();
  worker.join();
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += std::to_string(i) + " ";
  ASSERT_TRUE(result);
  EXPECT_EQ(result->text, expected);
  EXPECT_EQ(pieces.seen.size(), 100u);
}

TEST_F(CompletionTest, ThePluginIsNeverCalledInsideItsOwnCall) {
  // The end of a completion resumes a turn, which begins the next completion, or cancels: not before complete()
  // returned.
  bool inside = false;
  bool finished_inside = false;
  wire.on_complete = [&](const auto&, const chela_completion* c, auto*) {
    inside = true;
    text(c, "a");
    complete_ok(c);
    finished_inside = outcome.has_value();
    inside = false;
    return CHELA_OK;
  };
  wire.on_cancel = [&](std::uint64_t id) {
    EXPECT_FALSE(inside);
    cancelled.push_back(id);
  };
  start();
  EXPECT_TRUE(finish());
  EXPECT_FALSE(finished_inside);

  keep_open();
  outcome.reset();
  pieces.then = [&] { stop.cancel(); };  // a client that goes away while it is told
  start();
  inside = true;
  text(open_completion, "b");
  inside = false;
  EXPECT_EQ(failure().error.code, ErrorCode::cancelled);
  EXPECT_THAT(cancelled, ElementsAre(call_id));
  open_completion->complete(open_completion, CHELA_CANCELLED, to_abi(""), 0);
}

TEST_F(CompletionTest, ErrorsComeWithWhatWasSaidUntilThen) {
  wire.on_complete = [](const auto&, const chela_completion* c, auto*) {
    text(c, "half an ans");
    chela_usage usage{sizeof(chela_usage), 7, 1, 0, 0};
    c->usage(c, &usage);
    c->complete(c, CHELA_EXHAUSTED, to_abi("too many requests"), 2500);
    return CHELA_OK;
  };
  start();
  EXPECT_EQ(failure().error.code, ErrorCode::exhausted);
  EXPECT_EQ(failure().error.message, "too many requests");
  EXPECT_EQ(failure().retry_after, std::chrono::milliseconds(2500));
  EXPECT_EQ(failure().partial.text, "half an ans");
  EXPECT_EQ(failure().partial.usage.input_tokens, 7u);
  EXPECT_TRUE(cancelled.empty());
}

TEST_F(CompletionTest, OddErrorsAreStillErrors) {
  wire.on_complete = [](const auto&, const chela_completion* c, auto*) {
    c->complete(c, static_cast<chela_status>(99), to_abi(std::string(100'000, 'x')), UINT64_MAX);
    return CHELA_OK;
  };
  start();
  EXPECT_EQ(failure().error.code, ErrorCode::internal);
  EXPECT_EQ(failure().error.message.size(), 4096u);
  EXPECT_EQ(failure().retry_after, std::chrono::hours(24));

  wire.on_complete = [](const auto&, const chela_completion* c, auto*) {
    c->complete(c, CHELA_UNAVAILABLE, {nullptr, 0}, 0);
    return CHELA_OK;
  };
  outcome.reset();
  start();
  EXPECT_EQ(failure().error.message, "the provider gave no reason");
}

TEST_F(CompletionTest, ARefusalIsOverAtOnce) {
  wire.on_complete = [](const auto&, const chela_completion*, const chela_error_sink* error) {
    error->set(error, to_abi("no key"));
    return CHELA_UNAUTHENTICATED;
  };
  start();
  EXPECT_EQ(failure().error.code, ErrorCode::unauthenticated);
  EXPECT_EQ(failure().error.message, "cloud: no key");
  EXPECT_TRUE(cancelled.empty());
}

TEST_F(CompletionTest, AnExceptionIsARefusal) {
  wire.on_complete = [](const auto&, const auto*, auto*) -> chela_status { throw std::runtime_error("oops"); };
  start();
  EXPECT_EQ(failure().error.code, ErrorCode::internal);
  EXPECT_THAT(failure().error.message, HasSubstr("let an exception out"));
}

TEST_F(CompletionTest, ASilentProviderIsCancelledAndAnsweredFor) {
  keep_open();
  start();
  advance(seconds(119));
  EXPECT_FALSE(outcome);
  text(open_completion, ".");  // a sign of life
  advance(seconds(119));
  EXPECT_FALSE(outcome);
  advance(seconds(1));
  EXPECT_EQ(failure().error.code, ErrorCode::timed_out);
  EXPECT_EQ(failure().partial.text, ".");
  EXPECT_THAT(cancelled, ElementsAre(call_id));
  complete_ok(open_completion);  // late, and nobody minds
  settle();
}

TEST_F(CompletionTest, CancellingAsksThePluginOnce) {
  keep_open();
  start();
  text(open_completion, "so far");
  stop.cancel();
  stop.cancel();
  EXPECT_EQ(failure().error.code, ErrorCode::cancelled);
  EXPECT_EQ(failure().partial.text, "so far");
  EXPECT_THAT(cancelled, ElementsAre(call_id));
  open_completion->complete(open_completion, CHELA_CANCELLED, to_abi("cancelled"), 0);
  settle();
}

TEST_F(CompletionTest, APluginMayCompleteInsideItsCancel) {
  keep_open();
  wire.on_cancel = [this](std::uint64_t id) {
    cancelled.push_back(id);
    open_completion->complete(open_completion, CHELA_CANCELLED, to_abi("cancelled"), 0);
  };
  start();
  stop.cancel();
  EXPECT_EQ(failure().error.code, ErrorCode::cancelled);
  settle();
  EXPECT_EQ(cancelled.size(), 1u);
}

TEST_F(CompletionTest, NothingIsBegunForACallerThatIsGone) {
  bool called = false;
  wire.on_complete = [&](const auto&, const auto*, auto*) {
    called = true;
    return CHELA_OK;
  };
  stop.cancel();
  start();
  EXPECT_EQ(failure().error.code, ErrorCode::cancelled);
  EXPECT_FALSE(called);
}

TEST_F(CompletionTest, AProviderThatNeverCompletesHoldsUpNobody) {
  keep_open();
  start();
  stop.cancel();
  EXPECT_EQ(failure().error.code, ErrorCode::cancelled);
  // It may go on for as long as it lives: nothing of it is seen any more.
  auto seen = pieces.seen.size();
  text(open_completion, "still here");
  open_completion->tool_call(open_completion, 9, to_abi("x"), to_abi("y"));
  advance(seconds(500));
  EXPECT_EQ(pieces.seen.size(), seen);
  complete_ok(open_completion);  // lest the test leak
  settle();
}

TEST_F(CompletionTest, ASecondEndIsIgnored) {
  wire.on_complete = [](const auto&, const chela_completion* c, auto*) {
    text(c, "once");
    complete_ok(c);
    c->complete(c, CHELA_INTERNAL, to_abi("twice"), 0);
    text(c, "after the end");
    return CHELA_OK;
  };
  start();
  const auto& result = finish();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->text, "once");
  EXPECT_THAT(pieces.seen, ElementsAre("text once"));
}

TEST_F(CompletionTest, CompletingAndRefusingIsOneAnswer) {
  wire.on_complete = [](const auto&, const chela_completion* c, auto*) {
    complete_ok(c);
    return CHELA_INTERNAL;
  };
  start();
  EXPECT_EQ(failure().error.code, ErrorCode::internal);
  settle();
}

TEST_F(CompletionTest, ToolCallsAreLimitedAndChecked) {
  struct Row {
    const char* what;
    std::function<void(const chela_completion*)> send;
    ErrorCode code;
  };
  const Row kTable[] = {
      {"too many", [](auto* c) { c->tool_call(c, 128, to_abi("i"), to_abi("n")); }, ErrorCode::too_large},
      {"huge number", [](auto* c) { c->tool_call(c, UINT32_MAX, to_abi("i"), to_abi("n")); }, ErrorCode::too_large},
      {"arguments of nothing", [](auto* c) { c->tool_arguments(c, 0, to_abi("{}")); }, ErrorCode::protocol},
      {"arguments of a gap",
       [](auto* c) {
         c->tool_call(c, 2, to_abi("i"), to_abi("n"));
         c->tool_arguments(c, 1, to_abi("{}"));
       },
       ErrorCode::protocol},
      {"a call of nothing", [](auto* c) { c->tool_call(c, 0, to_abi("i"), to_abi("")); }, ErrorCode::protocol},
      {"too much text",
       [](auto* c) {
         for (int i = 0; i < 33; ++i) text(c, std::string(1 << 20, 'x'));
       },
       ErrorCode::too_large},
      {"too much reasoning",
       [](auto* c) {
         for (int i = 0; i < 33; ++i) c->reasoning(c, to_abi(std::string(1 << 20, 'x')));
       },
       ErrorCode::too_large},
      {"too long arguments",
       [](auto* c) {
         c->tool_call(c, 0, to_abi("i"), to_abi("n"));
         for (int i = 0; i < 33; ++i) c->tool_arguments(c, 0, to_abi(std::string(1 << 20, 'x')));
       },
       ErrorCode::too_large},
  };
  for (const auto& row : kTable) {
    keep_open();
    outcome.reset();
    cancelled.clear();
    start();
    row.send(open_completion);
    EXPECT_EQ(failure().error.code, row.code) << row.what;
    EXPECT_THAT(cancelled, ElementsAre(call_id)) << row.what;
    open_completion->complete(open_completion, CHELA_CANCELLED, to_abi(""), 0);
    settle();
  }
}

TEST_F(CompletionTest, GapsInTheNumbersOfToolCallsAreClosed) {
  wire.on_complete = [](const auto&, const chela_completion* c, auto*) {
    c->tool_call(c, 3, to_abi("b"), to_abi("second"));
    c->tool_call(c, 1, to_abi("a"), to_abi("first"));
    complete_ok(c, "tool_calls");
    return CHELA_OK;
  };
  start();
  const auto& result = finish();
  ASSERT_TRUE(result);
  ASSERT_EQ(result->tool_calls.size(), 2u);
  EXPECT_EQ(result->tool_calls[0].name, "first");
  EXPECT_EQ(result->tool_calls[1].name, "second");
}

TEST_F(CompletionTest, OddUsageIsIgnored) {
  wire.on_complete = [](const auto&, const chela_completion* c, auto*) {
    chela_usage usage{8, 1, 2, 3, 4};
    c->usage(c, &usage);
    c->usage(c, nullptr);
    complete_ok(c);
    return CHELA_OK;
  };
  start();
  const auto& result = finish();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->usage.input_tokens, 0u);
}

TEST_F(CompletionTest, FailsForAServiceThatNobodySpeaksFor) {
  service.api = "morse";
  start();
  EXPECT_EQ(failure().error.code, ErrorCode::not_found);
  EXPECT_EQ(failure().error.message, "no plugin provides the format `morse` that service `cloud` speaks");
}

TEST_F(CompletionTest, RepeatsWhyAProviderDoesNotStart) {
  keep_open();
  wire.on_start = [](const chela_error_sink* error) {
    error->set(error, to_abi("out of order"));
    return CHELA_UNAVAILABLE;
  };
  for (int i = 0; i < 2; ++i) {
    outcome.reset();
    if (i == 0) start();
    if (i == 1) loop.spawn("again", keep(complete(loop, *set, {.service = &service}, pieces, stop.token()), outcome));
    EXPECT_EQ(failure().error.message, "plugin wire: starting the plugin: out of order");
  }
}

TEST_F(CompletionTest, WorksWithProvidersThatCannotCancel) {
  keep_open();
  wire.provider.struct_size = offsetof(chela_plugin_provider, cancel);
  start();
  stop.cancel();
  EXPECT_EQ(failure().error.code, ErrorCode::cancelled);
  EXPECT_TRUE(cancelled.empty());
  complete_ok(open_completion);
  settle();
}

TEST_F(CompletionTest, ListsTheModelsOfAService) {
  keep_open();
  wire.on_list_models = [](std::string_view, const chela_completion* c) {
    text(c, R"([{"id": "a", "contextWindow": 4096}, {"id": 5}, "b", {"name": "no id"},)");
    text(c, R"( {"id": "c"}])");
    complete_ok(c);
    return CHELA_OK;
  };
  open({&wire});
  auto models = await(list_models(loop, *set, service, seconds(5), {}));
  ASSERT_TRUE(models) << models.error().message;
  ASSERT_EQ(models->size(), 2u);
  EXPECT_EQ((*models)[0].id, "a");
  EXPECT_EQ((*models)[0].context_window, 4096u);
  EXPECT_EQ((*models)[1].id, "c");
}

TEST_F(CompletionTest, AListOfModelsMayFail) {
  keep_open();
  open({&wire});
  EXPECT_EQ(await(list_models(loop, *set, service, seconds(5), {})).error().code, ErrorCode::unsupported);

  wire.on_list_models = [](std::string_view, const chela_completion* c) {
    text(c, "{not json");
    complete_ok(c);
    return CHELA_OK;
  };
  EXPECT_EQ(await(list_models(loop, *set, service, seconds(5), {})).error().code, ErrorCode::protocol);

  wire.on_list_models = [](std::string_view, const chela_completion* c) {
    text(c, std::string(1000, '[') + std::string(1000, ']'));
    complete_ok(c);
    return CHELA_OK;
  };
  EXPECT_EQ(await(list_models(loop, *set, service, seconds(5), {})).error().code, ErrorCode::protocol);

  wire.on_list_models = [this](std::string_view, const chela_completion* c) {
    open_completion = c;
    return CHELA_OK;
  };
  std::optional<Result<std::vector<Model>>> models;
  loop.spawn("list", keep(list_models(loop, *set, service, seconds(5), {}), models));
  advance(seconds(5));
  run_until([&] { return models.has_value(); });
  EXPECT_EQ(models->error().code, ErrorCode::timed_out);
  EXPECT_EQ(cancelled.size(), 1u);
  complete_ok(open_completion);
  settle();

  wire.provider.struct_size = offsetof(chela_plugin_provider, list_models);
  EXPECT_EQ(await(list_models(loop, *set, service, seconds(5), {})).error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace chela::runtime
