#include "kernel/core/platform/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/files.hpp"
#include "tests/fake_clock.hpp"
#include "tests/run_until.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

using namespace std::chrono_literals;

class ProcessTest : public testing::Test {
 protected:
  using Outcome = std::optional<Result<ExitStatus>>;

  static ProcessRequest shell(std::string script) {
    ProcessRequest request;
    request.argv = {"/bin/sh", "-c", std::move(script)};
    request.environment = {{"PATH", "/usr/bin:/bin"}};
    return request;
  }
  static Task<Result<void>> store(Loop& loop, ProcessRequest request, CancelToken cancel, Outcome& outcome) {
    auto result = co_await run_process(loop, std::move(request), std::move(cancel));
    outcome.emplace(std::move(result));
    co_return Result<void>{};
  }
  void begin(ProcessRequest request, Outcome& outcome, CancelToken cancel = {}) {
    loop.spawn("process", store(loop, std::move(request), std::move(cancel), outcome));
  }
  Result<ExitStatus> run(ProcessRequest request) {
    Outcome outcome;
    begin(std::move(request), outcome);
    run_until(loop, [&] { return outcome.has_value(); });
    return std::move(*outcome);
  }
  // Writes its process id into the file, then does the rest.
  std::string announced(std::string_view rest) {
    return fmt::format("echo $$ > {0}.new; mv {0}.new {0}; {1}", (directory / "pid").string(), rest);
  }
  bool has_announced() { return std::filesystem::exists(directory / "pid"); }
  pid_t announced_pid() { return std::stoi(*read_file(directory / "pid", 100)); }

  TemporaryDirectory directory;
  FakeClock clock;
  Loop loop{clock};
};

TEST_F(ProcessTest, CapturesOutputAndStatus) {
  auto status = run(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->exit_code, 3);
  EXPECT_EQ(status->output, "out\n");
  EXPECT_EQ(status->error_output, "err\n");
  EXPECT_FALSE(status->succeeded());
  EXPECT_TRUE(run(shell("true"))->succeeded());
}

TEST_F(ProcessTest, ReportsTheSignalThatEndedIt) {
  auto status = run(shell("kill -9 $$"));
  EXPECT_EQ(status->signal, SIGKILL);
  EXPECT_EQ(status->exit_code, -1);
}

TEST_F(ProcessTest, FeedsInput) {
  auto request = shell("tr a-z A-Z");
  request.input = "hello";
  EXPECT_EQ(run(request)->output, "HELLO");
  request.argv = {"cat"};
  request.input = std::string(3'000'000, 'x');
  request.output_bytes_max = 4'000'000;
  EXPECT_EQ(run(request)->output.size(), 3'000'000u);
  request.argv = {"true"};  // reads nothing of it
  EXPECT_TRUE(run(request)->succeeded());
  EXPECT_EQ(run(shell("cat"))->output, "") << "without input, standard input is at its end";
}

TEST_F(ProcessTest, CapsOutput) {
  auto request = shell("head -c 5000000 /dev/zero; echo x >&2");
  request.output_bytes_max = 1000;
  auto status = run(request);
  EXPECT_TRUE(status->succeeded());
  EXPECT_EQ(status->output.size(), 1000u);
  EXPECT_TRUE(status->output_cut);
  EXPECT_FALSE(status->error_output_cut);
}

TEST_F(ProcessTest, InheritsNothingThatWasNotNamed) {
  ::setenv("CHELA_TEST_SECRET", "s", 1);
  ::setenv("CHELA_TEST_ALLOWED", "a", 1);
  ProcessRequest request;
  request.argv = {"/usr/bin/env"};
  request.environment = allowed_environment({"CHELA_TEST_ALLOWED", "CHELA_TEST_ABSENT"});
  request.environment.emplace_back("OTHER", "x=y");
  EXPECT_EQ(run(request)->output, "CHELA_TEST_ALLOWED=a\nOTHER=x=y\n");
  EXPECT_EQ(run(shell("ls /proc/self/fd | wc -l"))->output, "4\n") << "three streams and the directory itself";
}

TEST_F(ProcessTest, RunsInItsDirectory) {
  auto request = shell("pwd -P");
  request.working_directory = directory.path();
  EXPECT_EQ(run(request)->output, std::filesystem::canonical(directory.path()).string() + "\n");
}

TEST_F(ProcessTest, SaysWhyItCannotStart) {
  struct Case {
    std::vector<std::string> argv;
    Environment environment;
    ErrorCode code;
  };
  const Case cases[] = {
      {{}, {}, ErrorCode::invalid_argument},
      {{""}, {}, ErrorCode::invalid_argument},
      {{"/nonexistent/program"}, {}, ErrorCode::not_found},
      {{"no-such-program"}, {{"PATH", "/usr/bin"}}, ErrorCode::not_found},
      {{"/etc/passwd"}, {}, ErrorCode::denied},
      {{"/bin/echo", std::string("a\0b", 3)}, {}, ErrorCode::invalid_argument},
      {{"/bin/echo"}, {{"A=B", "c"}}, ErrorCode::invalid_argument},
      {{"/bin/echo"}, {{"", "c"}}, ErrorCode::invalid_argument},
  };
  for (const Case& c : cases) {
    ProcessRequest request;
    request.argv = c.argv;
    request.environment = c.environment;
    auto status = run(std::move(request));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, c.code) << status.error().message;
  }
}

TEST_F(ProcessTest, TheDeadlineEndsItGently) {
  auto request = shell("trap 'echo bye; exit 0' TERM; " + announced("while :; do sleep 1000 & wait $!; done"));
  Outcome outcome;
  begin(std::move(request), outcome);
  run_until(loop, [&] { return has_announced(); });
  clock.advance(59s);
  loop.run_ready();
  EXPECT_FALSE(outcome);
  clock.advance(1s);
  run_until(loop, [&] { return outcome.has_value(); });
  EXPECT_TRUE((*outcome)->timed_out);
  EXPECT_EQ((*outcome)->output, "bye\n");
  EXPECT_FALSE((*outcome)->succeeded());
}

TEST_F(ProcessTest, WhoIgnoresTheGentleSignalIsKilledWithItsGroup) {
  auto request = shell("trap '' TERM; sleep 1000 & echo started; " + announced("while :; do wait; done"));
  Outcome outcome;
  begin(std::move(request), outcome);
  run_until(loop, [&] { return has_announced(); });
  pid_t group = announced_pid();
  clock.advance(60s);
  loop.run_ready();
  clock.advance(1999ms);
  loop.run_ready();
  EXPECT_EQ(::kill(group, 0), 0);
  clock.advance(1ms);
  run_until(loop, [&] { return outcome.has_value(); });
  EXPECT_EQ((*outcome)->signal, SIGKILL);
  EXPECT_TRUE((*outcome)->timed_out);
  EXPECT_EQ((*outcome)->output, "started\n");
  run_until(loop, [&] { return ::kill(-group, 0) != 0; });
}

TEST_F(ProcessTest, LeftoversThatHoldTheOutputAreEnded) {
  Outcome outcome;
  begin(shell(announced("sleep 1000 & echo done")), outcome);
  run_until(loop, [&] { return has_announced(); });
  run_until(loop, [&] {
    clock.advance(1ms);
    return outcome.has_value();
  });
  EXPECT_TRUE((*outcome)->succeeded());
  EXPECT_EQ((*outcome)->output, "done\n");
  pid_t group = announced_pid();
  run_until(loop, [&] { return ::kill(-group, 0) != 0; });
}

TEST_F(ProcessTest, CancelEndsIt) {
  CancelSource source;
  Outcome outcome;
  begin(shell(announced("sleep 1000")), outcome, source.token());
  run_until(loop, [&] { return has_announced(); });
  source.cancel();
  run_until(loop, [&] { return outcome.has_value(); });
  EXPECT_EQ(outcome->error().code, ErrorCode::cancelled);
  Outcome late;
  begin(shell("true"), late, source.token());
  EXPECT_EQ(late->error().code, ErrorCode::cancelled);
}

TEST_F(ProcessTest, DestroyingTheTaskKillsTheGroup) {
  pid_t group = 0;
  {
    auto task = run_process(loop, shell("trap '' TERM; sleep 1000 & " + announced("wait")), {});
    task.start();
    run_until(loop, [&] { return has_announced(); });
    group = announced_pid();
  }
  run_until(loop, [&] { return ::kill(-group, 0) != 0; });
}

TEST_F(ProcessTest, ManyAtOnce) {
  std::vector<Outcome> outcomes(50);
  for (std::size_t i = 0; i < outcomes.size(); ++i) begin(shell(fmt::format("echo {}", i)), outcomes[i]);
  run_until(loop, [&] { return std::ranges::all_of(outcomes, [](const Outcome& o) { return o.has_value(); }); });
  for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ((*outcomes[i])->output, fmt::format("{}\n", i));
}

}  // namespace
}  // namespace chela::platform
