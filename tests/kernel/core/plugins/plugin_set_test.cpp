#include "kernel/core/plugins/plugin_set.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::plugins {
namespace {

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

class PluginSetTest : public PluginTest {
 protected:
  Result<std::shared_ptr<Instance>> activate(const std::string& id) { return await(set->activate(id)); }
};

TEST_F(PluginSetTest, RunsNoCodeUntilAPluginIsNeeded) {
  auto& acme = plugin("acme");
  acme.on_complete = completes_at_once;
  write_manifest(acme, kProvider);
  open({&acme});
  EXPECT_EQ(set->find("acme")->state, State::resolved);
  EXPECT_EQ(set->find("acme")->carrier, Carrier::linked_in);
  EXPECT_NE(set->registry().find("provider", "wire"), nullptr);
  EXPECT_THAT(acme.calls, IsEmpty());

  auto instance = activate("acme");
  ASSERT_TRUE(instance) << instance.error().message;
  EXPECT_THAT(acme.calls, ElementsAre("create", "configure {}", "start"));
  EXPECT_EQ(set->find("acme")->state, State::started);
}

TEST_F(PluginSetTest, SeveralCallersShareOneActivation) {
  // A library: it is loaded on a worker thread, so that the callers really overlap.
  auto with = options({});
  with.roots.load_paths = {build_dir_plugin("provider-sound")};
  open(std::move(with));
  std::vector<std::optional<Result<std::shared_ptr<Instance>>>> results(5);
  for (auto& result : results) loop.spawn("caller", keep(set->activate("provider-sound"), result));
  EXPECT_EQ(loop.task_count(), 5u);
  run_until([&] { return loop.task_count() == 0; });
  for (auto& result : results) {
    ASSERT_TRUE(result && *result) << (*result).error().message;
    EXPECT_EQ((**result)->plugin(), (*results[0].value())->plugin());
  }
}

TEST_F(PluginSetTest, RemembersWhatTheProgramsOwnPluginsDeclareWhateverReplacesThem) {
  auto& acme = plugin("acme");
  auto& beta = plugin("beta");
  auto& alien = plugin("alien");
  write_manifest(acme, R"("name": "bundled", "provides": [])");
  write_manifest(acme, R"("name": "from the home", "provides": [])", "home");
  write_manifest(beta, R"("name": "switched off", "provides": [])");
  write_manifest(alien, kProvidesNothing, "home");
  auto with = options({&beta});
  with.selection.deny = {"beta"};
  open(std::move(with));
  EXPECT_EQ(set->find("acme")->manifest->name, "from the home");
  std::vector<std::string> names;
  for (const auto& manifest : set->bundled_manifests()) names.push_back(manifest->name);
  EXPECT_THAT(names, ElementsAre("bundled", "switched off"));
}

TEST_F(PluginSetTest, GivesAPluginItsOwnConfiguration) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  auto with = options({&acme});
  with.config_of = [](const Manifest& manifest) { return R"({"of":")" + manifest.id + "\"}"; };
  open(std::move(with));
  ASSERT_TRUE(activate("acme"));
  EXPECT_THAT(acme.calls, ElementsAre("create", R"(configure {"of":"acme"})", "start"));
}

TEST_F(PluginSetTest, StopsInReverseOrderOfStart) {
  auto& alpha = plugin("alpha");
  auto& beta = plugin("beta");
  auto& gamma = plugin("gamma");
  std::vector<std::string> stopped;
  for (auto* each : {&alpha, &beta, &gamma}) {
    each->on_stop = [&stopped, each] { stopped.push_back(each->id); };
    write_manifest(*each, kProvidesNothing);
  }
  open({&alpha, &beta, &gamma});
  for (const char* id : {"beta", "gamma", "alpha"}) ASSERT_TRUE(activate(id));
  set->stop_all();
  EXPECT_THAT(stopped, ElementsAre("alpha", "gamma", "beta"));
  EXPECT_THAT(alpha.calls, ElementsAre("create", "configure {}", "start", "stop", "destroy"));
  EXPECT_EQ(set->find("alpha")->state, State::stopped);
  set->stop_all();
  EXPECT_EQ(stopped.size(), 3u);
  EXPECT_FALSE(activate("alpha"));
}

TEST_F(PluginSetTest, AnInstanceInUseOutlivesTheStopButIsNotStoppedTwice) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  open({&acme});
  auto instance = activate("acme");
  set->stop_all();
  EXPECT_THAT(acme.calls, ElementsAre("create", "configure {}", "start", "stop"));
  instance->reset();
  EXPECT_THAT(acme.calls, ElementsAre("create", "configure {}", "start", "stop", "destroy"));
}

TEST_F(PluginSetTest, RefusesAnotherAbiBeforeAnyCodeIsLoaded) {
  write_text(directory / "bundled/old/chela.plugin.json",
             R"({"id": "old", "version": "1", "abi": "2.0", "provides": []})");
  write_text(directory / "bundled/new/chela.plugin.json",
             R"({"id": "new", "version": "1", "abi": "1.9999", "provides": []})");
  open(options({}));
  for (const char* id : {"old", "new"}) {
    EXPECT_EQ(set->find(id)->state, State::failed);
    EXPECT_THAT(codes(*set->find(id)), ElementsAre("plugin_api_version_mismatch"));
    EXPECT_FALSE(activate(id));
  }
}

TEST_F(PluginSetTest, UnknownAndDisabledPluginsAreNotActivated) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvider);
  auto with = options({&acme});
  with.selection.deny = {"acme"};
  open(std::move(with));
  EXPECT_EQ(set->find("acme")->state, State::disabled);
  EXPECT_THAT(codes(*set->find("acme")), ElementsAre("operator_blocked"));
  EXPECT_EQ(set->registry().find("provider", "wire"), nullptr);
  auto denied = activate("acme");
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().message, "plugin acme: plugins.deny names it");
  EXPECT_THAT(acme.calls, IsEmpty());
  EXPECT_EQ(activate("nobody").error().code, ErrorCode::not_found);
  EXPECT_EQ(set->find("nobody"), nullptr);
}

TEST_F(PluginSetTest, LinkedInPluginsRunInTheStaticLane) {
  auto& acme = plugin("acme");
  acme.on_complete = completes_at_once;
  write_manifest(acme, kProvider);
  auto with = options({&acme});
  with.lane = Lane::static_only;
  open(std::move(with));
  EXPECT_TRUE(activate("acme"));
}

TEST_F(PluginSetTest, WhatTheLaneForbidsIsRefusedBeforeAnyCodeRuns) {
  // A library whose static initialiser ends the process: were it loaded, this test would not survive.
  auto with = options({});
  with.roots.load_paths = {build_dir_plugin("static-initialiser-crashes"), build_dir_plugin("provider-sound")};
  // One that provides nothing is a library all the same.
  write_text(directory / "bundled/empty/chela.plugin.json",
             R"({"id": "empty", "version": "1", "abi": "1.0", "provides": []})");
  with.lane = Lane::static_only;
  open(std::move(with));
  const std::pair<const char*, const char*> kTable[] = {
      {"static-initialiser-crashes", "tool/static-initialiser-crashes needs runtime.mode"},
      {"provider-sound", "provider/provider-sound needs runtime.mode"},
      {"empty", "a plugin library needs runtime.mode"}};
  for (auto [id, message] : kTable) {
    EXPECT_EQ(set->find(id)->state, State::failed);
    EXPECT_THAT(codes(*set->find(id)), ElementsAre("jit_mode_required"));
    auto refused = activate(id);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr(message));
  }
  EXPECT_TRUE(set->registry().list_all().empty());
}

TEST_F(PluginSetTest, RequirementsAreMetByPluginsThatAreUsableThemselves) {
  auto& alpha = plugin("alpha");
  auto& beta = plugin("beta");
  auto& gamma = plugin("gamma");
  auto& delta = plugin("delta");
  write_manifest(alpha, R"("provides": [{"kind": "memory", "id": "a"}], "requires": ["memory/b"])");
  write_manifest(beta, R"("provides": [{"kind": "memory", "id": "b"}], "requires": ["memory/nowhere"])");
  write_manifest(gamma, R"("provides": [{"kind": "memory", "id": "c"}], "requires": ["memory/d"])");
  write_manifest(delta, R"("provides": [{"kind": "memory", "id": "d"}], "requires": ["memory/c"])");
  open({&alpha, &beta, &gamma, &delta});
  EXPECT_THAT(codes(*set->find("beta")), ElementsAre("requirement_missing"));
  EXPECT_THAT(codes(*set->find("alpha")), ElementsAre("requirement_missing"));  // for beta is not usable
  EXPECT_EQ(set->find("alpha")->diagnostics[0].message, "needs memory/b, which no enabled plugin provides");
  EXPECT_EQ(set->find("gamma")->state, State::resolved);
  EXPECT_EQ(set->find("delta")->state, State::resolved);
  EXPECT_EQ(set->registry().list_all().size(), 2u);
}

TEST_F(PluginSetTest, ADisabledPluginMeetsNoRequirement) {
  auto& alpha = plugin("alpha");
  auto& beta = plugin("beta");
  write_manifest(alpha, R"("provides": [], "requires": ["memory/b"])");
  write_manifest(beta, R"("provides": [{"kind": "memory", "id": "b"}])");
  auto with = options({&alpha, &beta});
  with.selection.deny = {"beta"};
  open(std::move(with));
  EXPECT_THAT(codes(*set->find("alpha")), ElementsAre("requirement_missing"));
}

TEST_F(PluginSetTest, OfTwoProvidersOfOneThingTheUsableOneHasIt) {
  auto& alpha = plugin("alpha");
  auto& beta = plugin("beta");
  auto& gamma = plugin("gamma");
  write_manifest(alpha, R"("provides": [{"kind": "provider", "id": "wire"}], "requires": ["memory/nowhere"])");
  write_manifest(beta, kProvider);
  write_manifest(gamma, kProvider);
  open({&alpha, &beta, &gamma});
  EXPECT_EQ(set->registry().find("provider", "wire")->plugin_id, "beta");
  EXPECT_THAT(codes(*set->find("gamma")), ElementsAre("duplicate_capability"));
  EXPECT_EQ(set->find("gamma")->diagnostics[0].severity, Severity::warning);
  EXPECT_THAT(set->find("gamma")->diagnostics[0].message, HasSubstr("both beta and gamma"));
  EXPECT_EQ(set->find("gamma")->state, State::resolved);
}

TEST_F(PluginSetTest, AStrangerTakesNothingFromABundledPlugin) {
  auto& alpha = plugin("alpha");
  auto& beta = plugin("beta");
  write_manifest(alpha, kProvider, "home");
  write_manifest(beta, kProvider);
  open({&beta});
  EXPECT_EQ(set->registry().find("provider", "wire")->plugin_id, "beta");
  EXPECT_THAT(codes(*set->find("alpha")), ElementsAre("duplicate_capability"));
}

TEST_F(PluginSetTest, CodeOfTheProgramRunsWithItsOwnManifestOnly) {
  auto& acme = plugin("acme");
  write_manifest(acme, kProvidesNothing);
  write_manifest(acme, R"("provides": [], "permissions": {"network": ["x.invalid:443"]})", "home");
  open({&acme});
  EXPECT_EQ(set->find("acme")->origin, Origin::bundled);
  EXPECT_EQ(set->find("acme")->manifest->directory, directory.path() / "bundled" / "acme");
  ASSERT_EQ(set->diagnostics().size(), 1u);
  EXPECT_EQ(set->diagnostics()[0].severity, Severity::error);
  EXPECT_THAT(set->diagnostics()[0].message, HasSubstr((directory.path() / "home" / "acme").string()));
  EXPECT_THAT(set->diagnostics()[0].message, HasSubstr("the plugin acme that is part of this program"));
  EXPECT_TRUE(activate("acme"));
}

TEST_F(PluginSetTest, LibrariesAreCheckedBeforeTheyAreLoaded) {
  auto sound = build_dir_plugin("provider-sound");
  auto place = [&](const std::string& id, const std::string& members) {
    write_text(directory / "bundled" / id / "chela.plugin.json",
               R"({"id": ")" + id +
                   R"(", "version": "1.0.0", "abi": "1.0", "provides": [{"kind": "provider", "id": ")" + id + "\"}]" +
                   members + "}");
  };
  place("absent", "");
  place("altered", R"(, "integrity": "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")");
  std::filesystem::copy_file(sound / "provider-sound.so", directory / "bundled/altered/altered.so");
  place("outside", "");
  std::filesystem::create_symlink(sound / "provider-sound.so", directory / "bundled/outside/outside.so");
  place("garbage", "");
  write_text(directory / "bundled/garbage/garbage.so", "not a library");
  place("borrowed", R"(, "library": "other.so")");
  std::filesystem::copy_file(sound / "provider-sound.so", directory / "bundled/borrowed/other.so");
  open(options({}));
  const std::pair<const char*, const char*> kTable[] = {{"absent", "entry_not_found"},
                                                        {"altered", "integrity_mismatch"},
                                                        {"outside", "entry_outside_root"},
                                                        {"garbage", "load_failed"},
                                                        {"borrowed", "manifest_mismatch"}};
  for (auto [id, code] : kTable) {
    EXPECT_EQ(set->find(id)->carrier, Carrier::native_library);
    EXPECT_FALSE(activate(id));
    EXPECT_THAT(codes(*set->find(id)), ElementsAre(code)) << id;
  }
}

}  // namespace
}  // namespace chela::plugins
