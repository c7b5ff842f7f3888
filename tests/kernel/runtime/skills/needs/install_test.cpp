#include "kernel/runtime/skills/needs/install.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/program_path.hpp"
#include "kernel/runtime/skills/programs.hpp"
#include "tests/paths.hpp"
#include "tests/run_until.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::needs {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::string kScriptHash = sha256_hex("#!/bin/sh\necho tool\n");

// server.py beside this file, for all tests.
class InstallTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"})
      ::unsetenv(name);
    int to[2], from[2];
    ASSERT_EQ(::pipe2(to, O_CLOEXEC), 0);
    ASSERT_EQ(::pipe2(from, O_CLOEXEC), 0);
    server_ = ::fork();
    if (server_ == 0) {
      ::dup2(to[0], 0);
      ::dup2(from[1], 1);
      auto script = source_dir() / "tests/kernel/runtime/skills/needs/server.py";
      ::execlp("python3", "python3", script.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(to[0]), ::close(from[1]);
    input_ = to[1];
    auto* answer = ::fdopen(from[0], "r");
    int port = 0;
    ASSERT_EQ(::fscanf(answer, "%d", &port), 1);
    ::fclose(answer);
    base_ = fmt::format("http://127.0.0.1:{}", port);
  }
  static void TearDownTestSuite() {
    ::close(input_);  // it ends by itself
    ::waitpid(server_, nullptr, 0);
  }

  InstallTest() {
    machine_.home = place_ / "home";
    machine_.state = place_ / "state";
    machine_.path = path_with_tools(std::getenv("PATH"), machine_.home, machine_.state);
    machine_.environment = {{"HOME", machine_.home.string()}, {"npm_config_registry", base_},
                            {"npm_config_cache", (place_ / "cache").string()}};
    fs::create_directories(machine_.home);
  }

  Plan download_plan(std::string_view path, std::string_view more = "") {
    auto read = read_manifest(fmt::format(
        R"({{"openclaw": {{"install": [{{"kind":"download","url":"{}{}","bins":["tool"],"sha256":"{}"{}}}]}}}})", base_,
        path, std::string(64, '0'), more));
    Skill skill{.name = "demo", .manifest = std::make_shared<const Manifest>(*read.manifest)};
    auto plan = plan_for(skill, offered_options(skill, machine_).at(0), machine_);
    EXPECT_TRUE(plan) << plan.error().message;
    plan->sha256.clear();  // of archives that Python writes anew each time
    return *plan;
  }

  Result<Installed> run(Plan plan, InstallContext context, CancelToken cancel = {}) {
    std::optional<Result<Installed>> out;
    auto approved = plan.shown;
    auto wait = [](Task<Result<Installed>> task, std::optional<Result<Installed>>& result) -> Task<Result<void>> {
      auto done = co_await std::move(task);
      result.emplace(std::move(done));
      co_return Result<void>{};
    };
    loop_.spawn("install", wait(install(context, std::move(plan), approved, std::move(cancel)), out));
    run_until(loop_, [&] { return out.has_value(); });
    return std::move(*out);
  }
  Result<Installed> run(Plan plan) { return run(std::move(plan), {.loop = loop_, .local_downloads = true}); }
  std::string failure(Plan plan) {
    auto done = run(std::move(plan));
    if (!done) return done.error().message;
    return done->succeeded ? "it succeeded" : done->summary;
  }
  fs::path tools() const { return machine_.state / "tools"; }

  static pid_t server_;
  static int input_;
  static std::string base_;
  TemporaryDirectory place_;
  Machine machine_;
  Loop loop_;
};
pid_t InstallTest::server_;
int InstallTest::input_;
std::string InstallTest::base_;

TEST_F(InstallTest, NothingHappensWithoutApproval) {
  auto plan = download_plan("/tool");
  for (std::string approved : {std::string(), std::string("yes"), plan.shown + " "}) {
    std::optional<Result<Installed>> out;
    auto wait = [](Task<Result<Installed>> task, std::optional<Result<Installed>>& result) -> Task<Result<void>> {
      auto done = co_await std::move(task);
      result.emplace(std::move(done));
      co_return Result<void>{};
    };
    loop_.spawn("install", wait(install({.loop = loop_, .local_downloads = true}, plan, approved, {}), out));
    run_until(loop_, [&] { return out.has_value(); });
    ASSERT_FALSE(*out);
    EXPECT_EQ(out->error().code, ErrorCode::denied);
  }
  EXPECT_FALSE(fs::exists(tools()));
}

TEST_F(InstallTest, DownloadsLandWhereProgramsAreFound) {
  struct Row {
    const char* path;
    const char* more;
    const char* file;
  };
  for (const auto& row : {Row{"/tool", "", "tool"}, Row{"/tool.zip", "", "bin/tool"},
                          Row{"/tool.tar.gz", "", "tool-1.0/bin/tool"},
                          Row{"/tool.tar.gz", R"(,"stripComponents":1)", "bin/tool"},
                          Row{"/tool.tar.bz2", R"(,"stripComponents":2,"targetDir":"deep/er")", "deep/er/tool"}}) {
    auto done = run(download_plan(row.path, row.more));
    ASSERT_TRUE(done) << row.path << done.error().message;
    EXPECT_TRUE(done->succeeded) << row.path << ": " << done->summary;
    EXPECT_EQ(read(tools() / "demo" / row.file), "#!/bin/sh\necho tool\n") << row.path;
    Programs programs(machine_.path);
    EXPECT_TRUE(programs.has("tool")) << row.path;
    EXPECT_EQ(fs::canonical(tools() / "bin/tool"), fs::canonical(tools() / "demo" / row.file));
    for (const auto& entry : fs::directory_iterator(tools()))
      EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << "left behind: " << entry.path();
    fs::remove_all(tools());
  }
}

TEST_F(InstallTest, AWrongHashIsThrownAway) {
  auto plan = download_plan("/tool");
  plan.sha256 = std::string(64, 'a');
  EXPECT_NE(failure(plan).find("its sha256 is " + kScriptHash + " and should be " + plan.sha256), std::string::npos);
  EXPECT_FALSE(fs::exists(tools() / "demo"));
  plan.sha256 = kScriptHash;
  EXPECT_EQ(failure(plan), "it succeeded");
}

TEST_F(InstallTest, ArchivesThatReachOutLeaveNothing) {
  EXPECT_NE(failure(download_plan("/links.tar.gz")).find("it is a link"), std::string::npos);
  EXPECT_NE(failure(download_plan("/up.tar.gz")), "it succeeded");
  EXPECT_NE(failure(download_plan("/bomb.tar.bz2")).find("times its size"), std::string::npos);
  EXPECT_NE(failure(download_plan("/flat.tar.gz", R"(,"stripComponents":3)")).find("nothing of the archive is left"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(tools() / "demo"));
  EXPECT_FALSE(fs::exists(machine_.state / "outside"));
}

TEST_F(InstallTest, NothingIsWrittenThroughLinks) {
  TemporaryDirectory elsewhere;
  fs::create_directories(tools());
  fs::create_directory_symlink(elsewhere.path(), tools() / "demo");
  EXPECT_NE(failure(download_plan("/tool")).find("is no folder"), std::string::npos);
  EXPECT_TRUE(fs::is_empty(elsewhere.path()));
}

TEST_F(InstallTest, OneSkillCannotTakeTheProgramOfAnother) {
  ASSERT_EQ(failure(download_plan("/tool")), "it succeeded");
  auto other = download_plan("/tool");
  other.skill = "other";
  other.destination = tools() / "other";
  EXPECT_NE(failure(other).find("is there already"), std::string::npos);
  EXPECT_EQ(failure(download_plan("/tool")), "it succeeded");  // again by the first
}

TEST_F(InstallTest, LocalAddressesAreRefused) {
  for (auto url : {base_ + "/tool", std::string("http://[::1]:80/tool"), std::string("http://169.254.169.254/latest"),
                   std::string("http://localhost:1/tool"), base_ + "/to?" + base_ + "/tool"}) {
    auto plan = download_plan("/tool");
    plan.url = url;
    auto done = run(plan, {.loop = loop_});
    ASSERT_TRUE(done) << url;
    EXPECT_NE(done->summary.find("no address of the public internet"), std::string::npos) << url << done->summary;
  }
  EXPECT_FALSE(fs::exists(tools() / "demo"));
}

TEST_F(InstallTest, RedirectsAreFollowedAndErrorsNamed) {
  auto plan = download_plan("/to?/tool");
  EXPECT_EQ(failure(plan), "it succeeded");
  EXPECT_NE(failure(download_plan("/nothing")).find("the server answered 404"), std::string::npos);
}

TEST_F(InstallTest, CancellingEndsADownload) {
  CancelSource source;
  source.cancel();
  auto done = run(download_plan("/tool"), {.loop = loop_, .local_downloads = true}, source.token());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::cancelled);
}

Plan shell_plan(const Machine& machine, std::string script) {
  Plan plan{.skill = "demo", .kind = "node", .argv = {"sh", "-c", std::move(script)}, .path = machine.path};
  plan.environment = {{"PATH", machine.path}, {"ONLY", "this"}};
  plan.tools = machine.state / "tools";
  plan.shown = "the script";
  return plan;
}

TEST_F(InstallTest, InstallersSeeOnlyWhatThePlanSays) {
  ::setenv("CHELA_TEST_SECRET", "do not tell", 1);
  auto done = run(shell_plan(machine_, "env; pwd"));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->succeeded);
  EXPECT_NE(done->output.find("ONLY=this"), std::string::npos);
  EXPECT_EQ(done->output.find("do not tell"), std::string::npos);
  EXPECT_NE(done->output.find(tools().string()), std::string::npos);
}

TEST_F(InstallTest, FailuresAreTold) {
  auto done = run(shell_plan(machine_, "echo start; echo 'npm ERR! code E404' >&2; echo later >&2; exit 3"));
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->succeeded);
  EXPECT_EQ(done->exit_code, 3);
  EXPECT_EQ(done->summary, "sh failed (exit 3): npm ERR! code E404");
  auto missing = shell_plan(machine_, "true");
  missing.bins = {"no-such-program"};
  EXPECT_NE(failure(missing).find("no-such-program is not there"), std::string::npos);
  auto absent = shell_plan(machine_, "");
  absent.argv = {"no-such-installer"};
  EXPECT_NE(failure(absent).find("no-such-installer"), std::string::npos);
}

TEST_F(InstallTest, OutputIsBoundedAndTheDeadlineKept) {
  auto loud = run(shell_plan(machine_, "yes | head -c 3000000; printf '\\377end'"));
  ASSERT_TRUE(loud);
  EXPECT_LE(loud->output.size(), 16U << 10);
  auto slow = run(shell_plan(machine_, "exec sleep 600"), {.loop = loop_, .timeout = std::chrono::seconds(0)});
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->summary, "sh did not end within 1 s and was stopped");
}

// The real npm, against a registry of our own: the package is there, and its script did not run.
TEST_F(InstallTest, NpmInstallsWithoutRunningScripts) {
  ASSERT_FALSE(platform::find_program("npm", machine_.path).empty()) << "npm is not installed";
  auto read = read_manifest(
      R"({"openclaw": {"install": [{"kind":"node","package":"tiny-tool@1.0.0","bins":["tiny-tool"]}]}})");
  Skill skill{.name = "demo", .manifest = std::make_shared<const Manifest>(*read.manifest)};
  auto plan = plan_for(skill, offered_options(skill, machine_).at(0), machine_);
  ASSERT_TRUE(plan) << plan.error().message;
  auto done = run(*plan);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->succeeded) << done->summary << done->output;
  EXPECT_TRUE(fs::exists(tools() / "node/npm/bin/tiny-tool"));
  EXPECT_FALSE(fs::exists(machine_.home / "script-ran"));
  Programs programs(machine_.path);
  EXPECT_TRUE(programs.has("tiny-tool"));
}

}  // namespace
}  // namespace chela::runtime::skills::needs
