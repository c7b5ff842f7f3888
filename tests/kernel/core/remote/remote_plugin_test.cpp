// Plugins in real host processes, driven through the C ABI as the runtime drives them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "chela/ext/provider.h"
#include "chela/ext/tool.h"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/remote/remote_hosts.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::remote {
namespace {

namespace fs = std::filesystem;
using plugins::from_abi;
using plugins::Instance;
using plugins::Isolation;
using plugins::State;
using plugins::to_abi;
using testing::Contains;
using testing::HasSubstr;

// What became of a call; outlives it.
struct Ending {
  chela_tool_call call{sizeof(chela_tool_call), this,
                       [](const chela_tool_call* c, chela_str text) { of(c).said += from_abi(text); },
                       [](const chela_tool_call* c, chela_status status, chela_str text) {
                         of(c).status = status;
                         of(c).text = from_abi(text);
                         ++of(c).times;
                       },
                       [](const chela_tool_call*) { return false; }};
  chela_status status = CHELA_OK;
  std::string text;
  std::string said;
  int times = 0;

  static Ending& of(const chela_tool_call* call) { return *static_cast<Ending*>(call->context); }
};

class RemotePluginTest : public plugins::PluginTest, public testing::WithParamInterface<Isolation> {
 protected:
  // The plugin that was kept of ABI 1.0, as it is installed: a folder with a manifest and a library.
  void place_kept() {
    auto kept = source_dir() / "plugin-sdk" / "abi-history" / "1.0" / "plugin";
    auto folder = directory.path() / "load" / "kept";
    fs::create_directories(folder);
    fs::copy_file(kept / "chela.plugin.json", folder / plugins::kManifestName);
    fs::copy_file(kept / (std::string(CHELA_MACHINE) + ".so"), folder / "kept.so");
    open_folder(folder);
  }
  void open_folder(const fs::path& folder, Isolation isolation = Isolation::process) {
    fs::create_directories(directory.path() / "work");
    hosts.emplace(host(), HostPrograms{.native_host = build_dir() / "bin" / "chela-plugin-host",
                                       .workspace = directory.path() / "work",
                                       .state_directory = directory.path() / "state"});
    auto with = options({});
    with.roots.load_paths = {folder};
    with.strangers_run_in = isolation;
    with.elsewhere = &*hosts;
    open(std::move(with));
  }
  Result<std::shared_ptr<Instance>> activate(const std::string& id) { return await(set->activate(id)); }
  chela_status start(const Instance& instance, std::string_view tool, Ending& ending) {
    const auto* table = instance.extension<chela_plugin_tool>(CHELA_EXT_TOOL);
    chela_tool_request request{sizeof(chela_tool_request),   ++last_id,    to_abi(tool),
                               to_abi(R"({"text":"Ahoy"})"), to_abi("{}"), 60000};
    return table->start(instance.plugin(), &request, &ending.call, error.sink());
  }
  void kill_host() {
    auto running = hosts->usage();
    ASSERT_EQ(running.size(), 1u);
    ASSERT_GT(running[0].process_id, 0);
    kill(static_cast<pid_t>(running[0].process_id), SIGKILL);
    run_until([&] { return set->find("kept")->state != State::started; });
  }
  // Real processes take real time: the loop's clock, which is a fake one, goes as fast.
  template <class Done>
  void run_moving_until(Done done) {
    auto last = std::chrono::steady_clock::now();
    run_until([&] {
      auto now = std::chrono::steady_clock::now();
      clock.advance(now - std::exchange(last, now));
      return done();
    });
  }
  void TearDown() override {
    PluginTest::TearDown();
    run_moving_until([&] { return loop.task_count() == 0; });
    hosts.reset();
  }

  std::optional<RemoteHosts> hosts;
  plugins::ErrorText error;
  std::uint64_t last_id = 0;
};

INSTANTIATE_TEST_SUITE_P(Everywhere, RemotePluginTest, testing::Values(Isolation::process, Isolation::sandbox),
                         [](const auto& info) { return info.param == Isolation::process ? "Process" : "Sandbox"; });

TEST_P(RemotePluginTest, RunsToolsAsIfTheyWereHere) {
  place_kept();
  set.reset();
  open_folder(directory.path() / "load" / "kept", GetParam());
  auto instance = activate("kept");
  ASSERT_TRUE(instance) << instance.error().message;
  EXPECT_TRUE((*instance)->is_remote());
  EXPECT_EQ(set->find("kept")->isolation, GetParam());

  Ending echo, shout, later, stopped, unknown;
  EXPECT_EQ(start(**instance, "echo", echo), CHELA_OK);
  EXPECT_EQ(start(**instance, "shout", shout), CHELA_OK) << "blocking there, not here";
  EXPECT_EQ(start(**instance, "later", later), CHELA_OK);
  EXPECT_EQ(start(**instance, "nothing", unknown), CHELA_OK);
  EXPECT_EQ(start(**instance, "later", stopped), CHELA_OK);
  (*instance)->extension<chela_plugin_tool>(CHELA_EXT_TOOL)->cancel((*instance)->plugin(), last_id);
  run_until([&] { return echo.times + shout.times + later.times + stopped.times + unknown.times == 5; });
  EXPECT_EQ(echo.text, R"({"text":"Ahoy"})");
  EXPECT_EQ(shout.status, CHELA_OK) << shout.text;
  EXPECT_EQ(later.said, "waiting");
  EXPECT_EQ(later.text, "later");
  EXPECT_EQ(stopped.status, CHELA_CANCELLED);
  EXPECT_EQ(unknown.status, CHELA_NOT_FOUND) << unknown.text;
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("kept plugin started")));
}

TEST_F(RemotePluginTest, AKilledProcessEndsItsCallsAndIsStartedAgain) {
  place_kept();
  auto instance = activate("kept");
  ASSERT_TRUE(instance) << instance.error().message;
  Ending open_call;
  start(**instance, "later", open_call);
  kill_host();
  run_until([&] { return open_call.times == 1; });
  EXPECT_EQ(open_call.status, CHELA_UNAVAILABLE) << open_call.text;
  EXPECT_EQ(set->find("kept")->state, State::resolved);
  EXPECT_THAT(codes(*set->find("kept")), Contains("process_lost"));

  std::optional<Result<std::shared_ptr<Instance>>> again;
  loop.spawn("again", keep(set->activate("kept"), again));
  run_moving_until([&] { return again.has_value(); });
  ASSERT_TRUE(*again) << again->error().message;
  Ending echo;
  start(***again, "echo", echo);
  run_until([&] { return echo.times == 1; });
  EXPECT_EQ(echo.status, CHELA_OK);
}

TEST_F(RemotePluginTest, IsLeftAloneAfterThreeCrashes) {
  place_kept();
  for (int crash = 0; crash < 3; ++crash) {
    std::optional<Result<std::shared_ptr<Instance>>> started;
    loop.spawn("start", keep(set->activate("kept"), started));
    run_moving_until([&] { return started.has_value(); });
    ASSERT_TRUE(*started) << started->error().message;
    kill_host();
  }
  EXPECT_EQ(set->find("kept")->state, State::failed);
  EXPECT_THAT(codes(*set->find("kept")), Contains("quarantined"));
  EXPECT_FALSE(activate("kept"));
  auto reloaded = await(set->reload("kept"));
  ASSERT_FALSE(reloaded) << "a reload is no pardon";
  EXPECT_THAT(reloaded.error().message, HasSubstr("in quarantine after 3 crashes"));
  auto restarted = await(set->restart("kept"));
  ASSERT_TRUE(restarted) << restarted.error().message;
  EXPECT_TRUE(activate("kept"));
}

TEST_F(RemotePluginTest, ANewProcessTakesOverAndTheOldOneEndsWithItsCalls) {
  place_kept();
  auto before = *activate("kept");
  Ending open_call;
  start(*before, "later", open_call);
  ASSERT_TRUE(await(set->reload("kept")));
  EXPECT_EQ(hosts->usage().size(), 2u);
  auto after = *activate("kept");
  Ending echo;
  start(*after, "echo", echo);
  run_moving_until([&] { return echo.times == 1 && open_call.times == 1; });
  EXPECT_EQ(echo.status, CHELA_OK);
  EXPECT_EQ(open_call.text, "later") << "it had its time";
  before.reset();
  run_moving_until([&] { return hosts->usage().size() == 1; });
}

TEST_F(RemotePluginTest, ACallThatOutlastsTheGraceEndsUnavailable) {
  place_kept();
  auto before = *activate("kept");
  Ending open_call;
  start(*before, "later", open_call);
  ASSERT_TRUE(await(set->reload("kept")));
  advance(plugins::PluginSet::kReloadGrace);
  run_until([&] { return open_call.times == 1; });
  EXPECT_EQ(open_call.status, CHELA_UNAVAILABLE) << open_call.text;
}

TEST_F(RemotePluginTest, SaysWhatAProcessSaidThatDiedInItsHandshake) {
  place_kept();
  auto program = directory.path() / "program";
  plugins::write_text(program, "#!/bin/sh\necho 'this machine is too small for me' >&2\nexit 3\n");
  fs::permissions(program, fs::perms::owner_all);
  auto with = options({});
  with.roots.load_paths = {directory.path() / "load" / "kept"};
  with.strangers_run_in = Isolation::process;
  set.reset();
  hosts.emplace(host(), HostPrograms{.native_host = program, .workspace = directory.path() / "work",
                                     .state_directory = directory.path() / "state"});
  with.elsewhere = &*hosts;
  open(std::move(with));
  auto instance = activate("kept");
  ASSERT_FALSE(instance);
  EXPECT_THAT(instance.error().message, HasSubstr("ended with code 3"));
  EXPECT_THAT(instance.error().message, HasSubstr("this machine is too small for me"));
}

TEST_F(RemotePluginTest, SurvivesWhatAPluginDoesToItsProcess) {
  for (const char* id : {"crashes-in-create", "crashes-in-start", "exits-in-start", "static-initialiser-crashes",
                         "throws-in-start", "not-elf", "missing-symbol"}) {
    open_folder(plugins::build_dir_plugin(id));
    ASSERT_NE(set->find(id), nullptr) << id;
    auto instance = activate(id);
    EXPECT_FALSE(instance) << id;
    EXPECT_FALSE(codes(*set->find(id)).empty()) << id;
    set.reset();
    run_moving_until([&] { return loop.task_count() == 0; });
  }
}

}  // namespace
}  // namespace chela::remote
