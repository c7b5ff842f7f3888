// One plugin in the place of another while others, and calls, go on.

#include <filesystem>

#include <nlohmann/json.hpp>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::plugins {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kProvidesNothing = R"("provides": [])";
constexpr const char* kProvider = R"("provides": [{"kind": "provider", "id": "wire"}])";

chela_status completes_at_once(const chela_completion_request&, const chela_completion* completion,
                               const chela_error_sink*) {
  completion->complete(completion, CHELA_OK, to_abi("stop"), 0);
  return CHELA_OK;
}

class PluginReloadTest : public PluginTest {
 protected:
  Result<std::shared_ptr<Instance>> activate(const std::string& id) { return await(set->activate(id)); }
  Result<void> reload(const std::string& id) { return await(set->reload(id)); }
  Rescanned rescan() { return await(set->rescan(rules)); }
  PluginSet& open_with(const std::vector<ScriptedPlugin*>& with) {
    auto given = options(with);
    rules.roots = given.roots;
    return open(std::move(given));
  }

  PluginRules rules;
};

TEST_F(PluginReloadTest, TheNextCallGetsTheNewOneAndOpenOnesEndWithTheOldOne) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  open_with({&acme});
  auto before = *activate("acme");
  ASSERT_TRUE(reload("acme"));
  auto after = *activate("acme");
  EXPECT_NE(before, after);
  EXPECT_THAT(acme.calls, ElementsAre("create", "configure {}", "start", "create", "configure {}", "start"));
  before.reset();
  EXPECT_THAT(acme.calls.back(), "destroy") << "ended with the last call that held it";
  EXPECT_EQ(set->find("acme")->state, State::started);
  advance(PluginSet::kReloadGrace);
  EXPECT_EQ(acme.calls.size(), 8u) << "the new one is not touched";
}

TEST_F(PluginReloadTest, WhatIsOpenAfterTheGraceIsStopped) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  open_with({&acme});
  auto before = *activate("acme");
  ASSERT_TRUE(reload("acme"));
  advance(PluginSet::kReloadGrace - std::chrono::milliseconds(1));
  EXPECT_EQ(acme.calls.back(), "start");
  advance(std::chrono::milliseconds(1));
  EXPECT_EQ(acme.calls.back(), "stop");
}

TEST_F(PluginReloadTest, WhenTheNewOneDoesNotStartTheOldOneGoesOn) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  open_with({&acme});
  auto before = *activate("acme");
  acme.on_start = [](const chela_error_sink* error) {
    error->set(error, to_abi("no, not today"));
    return CHELA_INTERNAL;
  };
  auto done = reload("acme");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("no, not today"));
  EXPECT_EQ(set->find("acme")->state, State::started);
  EXPECT_EQ(*activate("acme"), before);
  acme.on_start = {};
  EXPECT_TRUE(reload("acme")) << "mended";
  EXPECT_NE(*activate("acme"), before);
}

TEST_F(PluginReloadTest, AManifestThatCannotBeReadChangesNothing) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  open_with({&acme});
  auto before = *activate("acme");
  write_text(directory / "bundled/acme/chela.plugin.json", "{");
  EXPECT_FALSE(reload("acme"));
  write_text(directory / "bundled/acme/chela.plugin.json",
             R"({"id": "other", "version": "1.0.0", "abi": "1.0", "provides": []})");
  auto done = reload("acme");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("holds the plugin other now"));
  EXPECT_EQ(*activate("acme"), before);
}

TEST_F(PluginReloadTest, WhatItProvidesIsReplacedAsAWholeAndTold) {
  auto& acme = plugin("acme");
  acme.on_complete = completes_at_once;
  write_manifest(acme, kProvider);
  open_with({&acme});
  int told = 0;
  set->on_change([&] { ++told; });
  set->on_change([&] { told += 10; });
  ASSERT_TRUE(activate("acme"));
  write_manifest(acme, R"("provides": [{"kind": "provider", "id": "other-wire"}])");
  ASSERT_TRUE(reload("acme"));
  EXPECT_EQ(set->registry().find("provider", "wire"), nullptr);
  ASSERT_NE(set->registry().find("provider", "other-wire"), nullptr);
  EXPECT_EQ(told, 11);
}

TEST_F(PluginReloadTest, WhatHasNotRunIsNotStarted) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  open_with({&acme});
  ASSERT_TRUE(reload("acme"));
  EXPECT_THAT(acme.calls, IsEmpty());
  EXPECT_EQ(set->find("acme")->state, State::resolved);
  ASSERT_TRUE(await(set->restart("acme")));
  EXPECT_EQ(set->find("acme")->state, State::started);
}

TEST_F(PluginReloadTest, AFailedOneIsTriedAgain) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  acme.on_start = [](const chela_error_sink*) { return CHELA_INTERNAL; };
  open_with({&acme});
  EXPECT_FALSE(activate("acme"));
  EXPECT_FALSE(reload("acme"));
  EXPECT_EQ(set->find("acme")->state, State::failed);
  acme.on_start = {};
  ASSERT_TRUE(reload("acme"));
  EXPECT_TRUE(activate("acme"));
  EXPECT_THAT(codes(*set->find("acme")), IsEmpty());
}

TEST_F(PluginReloadTest, ALibraryThatWasReplacedIsLoadedAsANewOne) {
  auto folder = directory.path() / "home" / "provider-sound";
  fs::create_directories(folder.parent_path());
  fs::copy(build_dir_plugin("provider-sound"), folder, fs::copy_options::recursive);
  open_with({});
  auto table = [&] {
    auto instance = activate("provider-sound");
    EXPECT_TRUE(instance) << instance.error().message;
    return instance ? (*instance)->extension<chela_plugin_provider>(CHELA_EXT_PROVIDER) : nullptr;
  };
  const auto* first = table();
  ASSERT_TRUE(reload("provider-sound"));
  EXPECT_EQ(table(), first) << "the same file is loaded once";
  auto library = set->find("provider-sound")->manifest->library;
  fs::copy_file(library, folder / "new");
  fs::rename(folder / "new", library);
  ASSERT_TRUE(reload("provider-sound"));
  EXPECT_NE(table(), first);
}

TEST_F(PluginReloadTest, CallersDuringAReloadGetTheOldOneAtOnce) {
  auto folder = directory.path() / "home" / "provider-sound";
  fs::create_directories(folder.parent_path());
  fs::copy(build_dir_plugin("provider-sound"), folder, fs::copy_options::recursive);
  open_with({});
  auto before = *activate("provider-sound");
  std::optional<Result<void>> done;
  loop.spawn("reload", keep(set->reload("provider-sound"), done));
  ASSERT_FALSE(done) << "its library is opened on another thread";
  EXPECT_EQ(*activate("provider-sound"), before);
  run_until([&] { return done.has_value(); });
  EXPECT_TRUE(*done) << done->error().message;
  EXPECT_NE(*activate("provider-sound"), before);
}

TEST_F(PluginReloadTest, ARescanTakesInWhatCameAndWhatWent) {
  auto& acme = plugin("acme");
  auto& beta = plugin("beta");
  write_manifest(acme, kProvider);
  open_with({&acme, &beta});
  acme.on_complete = completes_at_once;
  ASSERT_TRUE(activate("acme"));
  write_manifest(beta, R"("provides": [{"kind": "provider", "id": "beta-wire"}])");
  auto done = rescan();
  EXPECT_THAT(done.added, ElementsAre("beta"));
  EXPECT_NE(set->registry().find("provider", "beta-wire"), nullptr);
  EXPECT_TRUE(rescan().reloaded.empty()) << "nothing has changed";
  fs::remove_all(directory / "bundled/acme");
  done = rescan();
  EXPECT_THAT(done.removed, ElementsAre("acme"));
  EXPECT_EQ(acme.calls.back(), "destroy");
  EXPECT_EQ(set->find("acme"), nullptr);
  EXPECT_EQ(set->registry().find("provider", "wire"), nullptr);
  EXPECT_FALSE(activate("acme"));
}

TEST_F(PluginReloadTest, ARescanReloadsOnlyWhatIsConfiguredAnew) {
  auto& acme = plugin("acme");
  auto& beta = plugin("beta");
  write_manifest(acme, kProvidesNothing);
  write_manifest(beta, kProvidesNothing);
  auto with = options({&acme, &beta});
  rules.roots = with.roots;
  std::string greeting = "hello";
  with.config_of = [&](const Manifest& manifest) {
    return manifest.id == "acme" ? R"({"greeting":")" + greeting + "\"}" : std::string("{}");
  };
  open(std::move(with));
  ASSERT_TRUE(activate("acme"));
  ASSERT_TRUE(activate("beta"));
  greeting = "moin";
  EXPECT_THAT(rescan().reloaded, ElementsAre("acme"));
  EXPECT_THAT(acme.calls, testing::Contains(R"(configure {"greeting":"moin"})"));
  EXPECT_EQ(beta.calls.size(), 3u);
  acme.on_configure = [](std::string_view, const chela_error_sink*) { return CHELA_INVALID_ARGUMENT; };
  greeting = "servus";
  auto refused = rescan();
  EXPECT_THAT(refused.problems, ElementsAre(HasSubstr("plugin acme: ")));
  EXPECT_EQ(set->find("acme")->state, State::started);
}

TEST_F(PluginReloadTest, ADisabledOneEndsAndComesAgain) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvider);
  acme.on_complete = completes_at_once;
  open_with({&acme});
  ASSERT_TRUE(activate("acme"));
  rules.selection.entries["acme"] = false;
  rescan();
  EXPECT_EQ(set->find("acme")->state, State::disabled);
  EXPECT_EQ(acme.calls.back(), "destroy");
  EXPECT_EQ(set->registry().find("provider", "wire"), nullptr);
  EXPECT_FALSE(await(set->restart("acme")));
  rules.selection.entries.clear();
  rescan();
  EXPECT_EQ(set->find("acme")->state, State::resolved);
  EXPECT_TRUE(activate("acme"));
}

TEST_F(PluginReloadTest, WhatOneGivesUpAnotherOneGets) {
  auto& acme = plugin("acme");
  auto& beta = plugin("beta");
  write_manifest(acme, kProvider);
  write_manifest(beta, kProvider);
  open_with({&acme, &beta});
  EXPECT_EQ(set->registry().find("provider", "wire")->plugin_id, "acme");
  EXPECT_THAT(codes(*set->find("beta")), ElementsAre("duplicate_capability"));
  rules.selection.deny = {"acme"};
  rescan();
  EXPECT_EQ(set->registry().find("provider", "wire")->plugin_id, "beta");
  EXPECT_THAT(codes(*set->find("beta")), IsEmpty());
}

TEST_F(PluginReloadTest, AReloadForgivesCallsThatWereLeftOpen) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  open_with({&acme});
  ASSERT_TRUE(activate("acme"));
  for (std::uint64_t call = 1; call <= LeftoverCalls::kCallsMax; ++call) set->leftover_call("acme", call).answered_for();
  advance(LeftoverCalls::kGrace);
  EXPECT_EQ(set->find("acme")->state, State::quarantined);
  EXPECT_FALSE(activate("acme"));
  ASSERT_TRUE(await(set->restart("acme")));
  EXPECT_TRUE(activate("acme"));
}

// Where strangers run, seen from the set: what it asks for.
class Recorder final : public Elsewhere {
 public:
  Task<Result<std::shared_ptr<Instance>>> start(RemoteStart request) override {
    started.push_back(std::move(request));
    co_return fail(ErrorCode::unavailable, "not today");
  }
  void forgive(const std::string& plugin_id) override { forgiven.push_back(plugin_id); }

  std::vector<RemoteStart> started;
  std::vector<std::string> forgiven;
};

TEST_F(PluginReloadTest, OnlyPluginsForNodeThatSomebodyVouchesForShareAProcess) {
  for (std::string id : {"ada", "bob", "eve", "sock"}) {
    write_text(directory / "home" / id / "openclaw.plugin.json", R"({"id": ")" + id + R"(", "configSchema": {}})");
  }
  Recorder elsewhere;
  auto with = options({});
  with.strangers_run_in = Isolation::sandbox;
  with.elsewhere = &elsewhere;
  with.open_sockets = {"sock"};
  with.trust_in_home = [] {
    return std::map<std::string, TrustLevel>{
        {"ada", TrustLevel::reviewed}, {"bob", TrustLevel::verified}, {"sock", TrustLevel::reviewed}};
  };
  open(std::move(with));
  EXPECT_EQ(set->find("ada")->trust, TrustLevel::reviewed);
  EXPECT_EQ(set->find("eve")->trust, TrustLevel::untrusted);
  for (const char* id : {"ada", "eve", "sock"}) EXPECT_FALSE(activate(id));
  ASSERT_EQ(elsewhere.started.size(), 3u);
  auto companions = [&](std::size_t i) {
    std::vector<std::string> out;
    for (const auto& manifest : elsewhere.started[i].companions) out.push_back(manifest->id);
    return out;
  };
  EXPECT_TRUE(elsewhere.started[0].shared);
  EXPECT_THAT(companions(0), ElementsAre("ada", "bob"));
  EXPECT_FALSE(elsewhere.started[1].shared);
  EXPECT_THAT(companions(1), IsEmpty());
  EXPECT_THAT(companions(2), ElementsAre("sock"));
  EXPECT_FALSE(await(set->restart("ada")));
  EXPECT_THAT(elsewhere.forgiven, ElementsAre("ada"));
}

}  // namespace
}  // namespace chela::plugins
