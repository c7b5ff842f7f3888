#include "kernel/runtime/tools/call.hpp"

#include <latch>
#include <thread>

#include <nlohmann/json.hpp>

#include "kernel/core/loop/event.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"
#include "tests/leaks.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class ToolCallTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(acme, R"("provides": [{"kind": "tool", "id": "acme", "tools": [
      {"name": "quick", "description": "d", "parameters": {}}, {"name": "slow", "description": "d", "parameters": {}, "blocking": true}]}])");
    acme.tool_names = "quick\nslow\n";
    acme.on_start_tool = [this](const chela_tool_request& request, const chela_tool_call* call, auto*) {
      call_id = request.call_id;
      open_call = call;
      return CHELA_OK;
    };
    acme.on_run_tool = [](const auto&, const chela_tool_call* call, auto*) {
      call->complete(call, CHELA_OK, to_abi("done"));
      return CHELA_OK;
    };
    acme.on_cancel_tool = [this](std::uint64_t id) { cancelled.push_back(id); };
  }
  void start(const std::string& tool, std::string arguments = "{}") {
    if (!set) open({&acme});
    if (!catalog) catalog.emplace(*set, ToolSelection{});
    call({.tool = catalog->find(tool), .arguments = std::move(arguments), .context = R"({"workspace":"/w"})"});
  }
  void call(ToolInput input) {
    loop.spawn("call", keep(call_tool(loop, *set, std::move(input), progress, stop.token()), outcome));
    settle();
  }
  const Result<std::string>& finish() {
    run_until([this] { return outcome.has_value(); });
    return *outcome;
  }

  plugins::ScriptedPlugin& acme = plugin("acme");
  std::optional<ToolCatalog> catalog;
  std::vector<std::string> pieces;
  std::function<void(std::string_view)> progress = [this](std::string_view piece) { pieces.emplace_back(piece); };
  CancelSource stop;
  std::optional<Result<std::string>> outcome;
  std::vector<std::uint64_t> cancelled;
  const chela_tool_call* open_call = nullptr;
  std::uint64_t call_id = 0;
  std::latch release{1};  // lets a blocking tool go on
};

TEST_F(ToolCallTest, HandsOverTheRequestAndYieldsTheResult) {
  std::vector<std::string> given;
  acme.on_start_tool = [&](const chela_tool_request& request, const chela_tool_call* call, auto*) {
    given = {std::string(from_abi(request.tool)), std::string(from_abi(request.arguments)),
             std::string(from_abi(request.context)), std::to_string(request.timeout_ms)};
    call->complete(call, CHELA_OK, to_abi("result"));  // before start() has returned
    return CHELA_OK;
  };
  start("quick", R"({"a":1})");
  EXPECT_EQ(finish().value(), "result");
  EXPECT_THAT(given, ElementsAre("quick", R"({"a":1})", R"({"workspace":"/w"})", "30000"));
  EXPECT_TRUE(cancelled.empty());
}

Task<Result<std::string>> wait_until(Loop& loop, TimePoint deadline, CancelToken cancel) {
  CHELA_CO_CHECK(co_await sleep_until(loop, deadline, std::move(cancel)));
  co_return std::string("slept");
}

TEST_F(ToolCallTest, TheGatewaysOwnRunWithoutAPlugin) {
  open({&acme});
  auto own = describe_built_in("own", "says what it was given", {{"type", "object"}});
  own.built_in = [](ToolInput input, const CancelToken&) -> Task<Result<std::string>> { co_return input.arguments; };
  EXPECT_EQ(nlohmann::json::parse(*own.definition)["function"]["name"], "own");
  call({.tool = std::make_shared<const Tool>(own), .arguments = R"({"a":1})", .context = "{}"});
  EXPECT_EQ(finish().value(), R"({"a":1})");

  outcome.reset();
  own.built_in = [this](ToolInput, CancelToken cancel) {
    return wait_until(loop, loop.now() + seconds(60), std::move(cancel));
  };
  call({.tool = std::make_shared<const Tool>(own), .arguments = "{}", .context = "{}", .timeout = seconds(5)});
  advance(seconds(5));
  EXPECT_EQ(finish().error().message, "own gave no result within 5 s");
}

TEST_F(ToolCallTest, BlockingToolsRunOffTheLoop) {
  std::thread::id where;
  acme.on_run_tool = [&](const auto&, const chela_tool_call* call, auto*) {
    where = std::this_thread::get_id();
    call->progress(call, to_abi("half"));
    call->complete(call, CHELA_OK, to_abi("whole"));
    return CHELA_OK;
  };
  start("slow");
  EXPECT_EQ(finish().value(), "whole");
  EXPECT_NE(where, std::this_thread::get_id());
  EXPECT_THAT(pieces, ElementsAre("half"));
}

TEST_F(ToolCallTest, MayCompleteLaterAndFromAnyThread) {
  start("quick");
  open_call->progress(open_call, to_abi("one"));
  std::thread([this] {
    open_call->progress(open_call, to_abi("two"));
    open_call->complete(open_call, CHELA_OK, to_abi("late"));
  }).join();
  EXPECT_EQ(finish().value(), "late");
  EXPECT_THAT(pieces, ElementsAre("one", "two"));
}

TEST_F(ToolCallTest, ProgressThatNobodyCanFollowIsDropped) {
  start("quick");
  for (int i = 0; i < 10'000; ++i) open_call->progress(open_call, to_abi("x"));
  open_call->complete(open_call, CHELA_OK, to_abi(""));
  EXPECT_TRUE(finish());
  EXPECT_EQ(pieces.size(), 256u);
}

TEST_F(ToolCallTest, FailuresKeepTheirCodeAndWords) {
  start("quick");
  open_call->complete(open_call, CHELA_NOT_FOUND, to_abi("no such file"));
  EXPECT_EQ(finish().error().code, ErrorCode::not_found);
  EXPECT_EQ(finish().error().message, "no such file");
  outcome.reset();
  start("quick");
  open_call->complete(open_call, CHELA_INTERNAL, {nullptr, 0});
  EXPECT_EQ(finish().error().message, "the tool gave no reason");
}

TEST_F(ToolCallTest, RefusalsAndExceptionsEndTheCall) {
  acme.on_start_tool = [](const auto&, const auto*, const chela_error_sink* error) {
    error->set(error, to_abi("busy"));
    return CHELA_EXHAUSTED;
  };
  start("quick");
  EXPECT_EQ(finish().error().code, ErrorCode::exhausted);
  EXPECT_EQ(finish().error().message, "quick: busy");
  acme.on_run_tool =
      acme.on_start_tool = [](const auto&, const auto*, auto*) -> chela_status { throw std::runtime_error("x"); };
  for (const char* tool : {"quick", "slow"}) {
    outcome.reset();
    start(tool);
    EXPECT_EQ(finish().error().code, ErrorCode::internal) << tool;
    EXPECT_THAT(finish().error().message, HasSubstr("let an exception out")) << tool;
  }
  EXPECT_TRUE(cancelled.empty());
}

TEST_F(ToolCallTest, ATimeoutAnswersForTheTool) {
  start("quick");
  advance(seconds(29));
  EXPECT_FALSE(outcome);
  advance(seconds(1));
  EXPECT_EQ(finish().error().code, ErrorCode::timed_out);
  EXPECT_EQ(finish().error().message, "quick gave no result within 30 s");
  EXPECT_THAT(cancelled, ElementsAre(call_id));
  EXPECT_TRUE(open_call->is_cancelled(open_call));
  open_call->progress(open_call, to_abi("too late"));
  open_call->complete(open_call, CHELA_OK, to_abi("too late"));
  settle();
  EXPECT_TRUE(pieces.empty());
}

TEST_F(ToolCallTest, AToolsOwnTimeoutKeepsItsWords) {
  start("quick");
  open_call->complete(open_call, CHELA_TIMED_OUT, to_abi("the server did not answer"));
  EXPECT_EQ(finish().error().message, "the server did not answer");
}

TEST_F(ToolCallTest, CancellingAsksTheToolAndAnswersAtOnce) {
  start("quick");
  stop.cancel();
  EXPECT_EQ(finish().error().code, ErrorCode::cancelled);
  EXPECT_THAT(cancelled, ElementsAre(call_id));
  open_call->complete(open_call, CHELA_CANCELLED, to_abi(""));
  settle();
}

TEST_F(ToolCallTest, NothingIsBegunForACallerThatIsGone) {
  stop.cancel();
  for (const char* tool : {"quick", "slow"}) {
    outcome.reset();
    start(tool);
    EXPECT_EQ(finish().error().code, ErrorCode::cancelled);
  }
  EXPECT_EQ(open_call, nullptr);
}

TEST_F(ToolCallTest, ABlockingToolMayOutliveItsCaller) {
  std::latch running{1};
  std::atomic<bool> saw_cancel = false;
  std::atomic<bool> ended = false;
  acme.on_run_tool = [&](const chela_tool_request& request, const chela_tool_call* call, auto*) {
    std::string arguments(from_abi(request.arguments));
    running.count_down();
    release.wait();
    saw_cancel = call->is_cancelled(call);
    call->progress(call, request.arguments);  // still there
    call->complete(call, CHELA_OK, to_abi(arguments));
    ended = true;
    return CHELA_OK;
  };
  start("slow", R"({"long":"enough not to be stored inside the string"})");
  running.wait();
  advance(seconds(30));
  EXPECT_EQ(finish().error().code, ErrorCode::timed_out);
  release.count_down();
  run_until([&] { return ended.load(); });
  settle();
  EXPECT_TRUE(saw_cancel);
  EXPECT_TRUE(pieces.empty());
  EXPECT_TRUE(cancelled.empty());  // cancel() is for calls that were started
}

TEST_F(ToolCallTest, APluginThatIsStoppedMeanwhileEndsOnTheLoop) {
  std::latch running{1};
  std::thread::id destroyed_on;
  acme.on_destroy = [&] { destroyed_on = std::this_thread::get_id(); };
  acme.on_run_tool = [&](const auto&, const chela_tool_call* call, auto*) {
    running.count_down();
    release.wait();
    call->complete(call, CHELA_OK, to_abi(""));
    return CHELA_OK;
  };
  start("slow");
  running.wait();
  stop.cancel();
  finish();
  set->stop_all();
  EXPECT_EQ(destroyed_on, std::thread::id());
  release.count_down();
  run_until([&] { return destroyed_on != std::thread::id(); });
  EXPECT_EQ(destroyed_on, std::this_thread::get_id());
}

TEST_F(ToolCallTest, ABlockingToolThatForgetsItsCallIsAnsweredFor) {
  acme.on_run_tool = [](const auto&, const auto*, auto*) { return CHELA_OK; };
  start("slow");
  EXPECT_EQ(finish().error().code, ErrorCode::internal);
  EXPECT_EQ(finish().error().message, "the tool returned without completing its call");
}

TEST_F(ToolCallTest, ASecondEndIsIgnored) {
  auto twice = [](const auto&, const chela_tool_call* call, auto*) {
    call->complete(call, CHELA_OK, to_abi("first"));
    call->complete(call, CHELA_INTERNAL, to_abi("second"));
    return CHELA_OK;
  };
  acme.on_start_tool = acme.on_run_tool = twice;
  for (const char* tool : {"quick", "slow"}) {
    outcome.reset();
    start(tool);
    EXPECT_EQ(finish().value_or("failed"), "first") << tool;
    settle();
  }
}

TEST_F(ToolCallTest, LongResultsAreCut) {
  start("quick");
  open_call->complete(open_call, CHELA_OK, to_abi(std::string(3 << 20, 'x')));
  EXPECT_EQ(finish()->size(), kToolResultBytesMax);
}

TEST_F(ToolCallTest, APluginThatDoesNotStartIsAnError) {
  acme.on_start = [](auto*) { return CHELA_UNAVAILABLE; };
  start("quick");
  EXPECT_EQ(finish().error().code, ErrorCode::unavailable);
}

// The bad plugins whose defects show when a tool is called. Those that crash the process are left out.
TEST_F(ToolCallTest, BadPluginsAreSurvived) {
  CHELA_LEAKS_ALLOWED;  // a call that its plugin never completes is kept for it
  struct Row {
    const char* plugin;
    const char* tool;
    const char* expected;
  };
  const Row kTable[] = {
      {"sound", "echo", "ok {\"text\":\"x\"}"},
      {"sound", "shout", "ok {\"text\":\"x\"}"},
      {"sound", "later", "ok later"},
      {"completes-twice", "echo", "ok first"},
      {"completes-and-refuses", "echo", "internal"},
      {"never-completes", "echo", "timed_out"},
      {"returns-before-completing", "shout", "internal"},
      {"fails-without-a-word", "echo", "internal"},
      {"throws-in-run", "shout", "internal"},
      {"null-tool-function", "shout", "protocol"},
      {"ignores-cancel", "later", "timed_out"},
      {"ignores-stop", "later", "ok later"},
      {"calls-loop-from-worker", "shout", "ok {\"text\":\"x\"}"},
      {"progresses-after-completion", "echo", "ok {\"text\":\"x\"}"},
      {"throws-in-start-tool", "echo", "internal"},
      {"keeps-borrowed-arguments", "later", "ok later"},
  };
  for (const auto& row : kTable) {
    SCOPED_TRACE(std::string(row.plugin) + " " + row.tool);
    auto with = options({});
    with.roots.load_paths = {plugins::build_dir_plugin(row.plugin)};
    open(std::move(with));
    catalog.emplace(*set, ToolSelection{});
    outcome.reset();
    auto timeout =
        std::string_view(row.expected) == "timed_out" ? std::chrono::milliseconds(500) : std::chrono::seconds(30);
    loop.spawn(
        "call",
        keep(call_tool(
                 loop, *set,
                 {.tool = catalog->find(row.tool), .arguments = R"({"text":"x"})", .context = "{}", .timeout = timeout},
                 progress, stop.token()),
             outcome));
    run_until([&] { return outcome || set->find(row.plugin)->instance; });
    for (int i = 0; i < 40 && !outcome; ++i) advance(std::chrono::milliseconds(100));
    const auto& result = finish();
    EXPECT_EQ(result ? "ok " + *result : std::string(name_of(result.error().code)), row.expected);
    set->stop_all();
    settle();
  }
}

}  // namespace
}  // namespace chela::runtime
