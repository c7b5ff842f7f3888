// What the kernel makes of the end of a probe, and which plugins are probed at all.

#include "kernel/core/plugins/probe.hpp"

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ProbeTest : public PluginTest {
 protected:
  // A script in place of `chela plugins probe`; the library is its $0.
  static ProbeOptions script(std::string text) { return {.command = {"/bin/sh", "-c", std::move(text)}}; }
  Result<void> run(ProbeOptions with) {
    Manifest manifest;
    manifest.directory = directory.path();
    manifest.library = directory / "strange.so";
    return await(probe(loop, std::move(with), std::make_shared<const Manifest>(manifest), R"({"a":1})"));
  }
  std::string refusal(std::string text) {
    auto done = run(script(std::move(text)));
    return done ? "" : done.error().message;
  }
  bool was_probed() const { return std::filesystem::exists(directory / "probed"); }
  // A plugin that is no library, below `root`.
  void place(const std::string& root, const std::string& id, const std::string& members = "") {
    write_text(directory / root / id / kManifestName,
               R"({"id": ")" + id +
                   R"(", "version": "1.0.0", "abi": "1.0", "provides": [{"kind": "provider", "id": ")" + id + "\"}]" +
                   members + "}");
    std::filesystem::copy_file(build_dir_plugin("provider-sound") / "provider-sound.so",
                               directory / root / id / (id + ".so"));
  }
  std::vector<std::string> codes_after_activation(const std::string& id) {
    auto with = options({});
    with.roots.load_paths = {directory / "load"};
    with.probe = script("touch '" + (directory / "probed").string() + "'; exit 3");
    open(std::move(with));
    EXPECT_FALSE(await(set->activate(id)));
    return codes(*set->find(id));
  }
};

TEST_F(ProbeTest, PassesWhatReachesTheEnd) {
  EXPECT_TRUE(run({}));
  EXPECT_EQ(refusal("echo 'start()'; echo done"), "");
  EXPECT_EQ(refusal("echo noise >&2; echo done"), "");
}

TEST_F(ProbeTest, SaysWhereAPluginEndedItsProcess) {
  const std::pair<const char*, const char*> rows[] = {
      {"echo 'create()'; echo 'start()'; kill -SEGV $$", "it crashed with signal 11 in start()"},
      {"echo 'configure()'; exit 3", "it ended the process with code 3 in configure()"},
      {"echo 'start()'; exit 0", "it ended the process with code 0 in start()"},
      {"echo 'destroy()'; echo done; kill -ABRT $$", "it crashed with signal 6 in its static destructors"},
      {"exit 7", "it ended the process with code 7 in its first steps"},
      {"echo 'start()'; echo 'no such table' >&2; exit 1", "in start(): no such table; check it with"},
  };
  for (auto [text, expected] : rows) EXPECT_THAT(refusal(text), HasSubstr(expected)) << text;
}

TEST_F(ProbeTest, GivesTheConfigurationAndTheLibrary) {
  EXPECT_EQ(refusal(R"sh(test "$(cat)" = '{"a":1}' && test "${0##*/}" = strange.so && echo done)sh"), "");
}

TEST_F(ProbeTest, EndsWhatNeverEnds) {
  auto options = script("echo 'stop()'; exec sleep 1000");
  options.timeout = std::chrono::seconds(5);
  Manifest manifest;
  manifest.directory = directory.path();
  manifest.library = directory / "strange.so";
  std::optional<Result<void>> out;
  loop.spawn("probe", keep(probe(loop, std::move(options), std::make_shared<const Manifest>(manifest), "{}"), out));
  run_until([&] {
    clock.advance(std::chrono::milliseconds(10));
    return out.has_value();
  });
  ASSERT_FALSE(*out);
  EXPECT_THAT(out->error().message, HasSubstr("never came to an end"));
}

TEST_F(ProbeTest, AProgramThatCannotRunIsNoReasonToLoad) {
  auto done = run({.command = {"/nonexistent/probe"}});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("trying the plugin in a process of its own"));
}

TEST_F(ProbeTest, StrangersAreTriedBeforeTheyAreLoaded) {
  place("load", "stranger");
  EXPECT_THAT(codes_after_activation("stranger"), ElementsAre("probe_failed"));
  EXPECT_TRUE(was_probed());
}

TEST_F(ProbeTest, AnAlteredLibraryIsNotEvenTried) {
  place("load", "altered",
        R"(, "integrity": "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")");
  EXPECT_THAT(codes_after_activation("altered"), ElementsAre("integrity_mismatch"));
  EXPECT_FALSE(was_probed());
}

TEST_F(ProbeTest, BundledPluginsAreNotTried) {
  place("bundled", "ours");
  EXPECT_THAT(codes_after_activation("ours"), ElementsAre("manifest_mismatch"));  // the library says another id
  EXPECT_FALSE(was_probed());
}

}  // namespace
}  // namespace chela::plugins
