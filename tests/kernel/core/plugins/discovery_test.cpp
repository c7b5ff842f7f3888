#include "kernel/core/plugins/discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <fmt/format.h>

#include "tests/temporary_directory.hpp"

namespace chela::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DiscoveryTest : public testing::Test {
 protected:
  void plugin(const std::string& folder, const std::string& id) {
    write(folder, fmt::format(R"({{"id": "{}", "version": "1", "abi": "1.0", "provides": []}})", id));
  }
  void write(const std::string& folder, const std::string& manifest) {
    std::filesystem::create_directories(directory / folder);
    std::ofstream(directory / folder / kManifestName) << manifest;
  }
  Discovery run() {
    Roots roots{.load_paths = load_paths,
                .home = directory / "home",
                .bundled = directory / "bundled",
                .workspace = directory / "workspace"};
    return discover(roots, selection, linked_in);
  }
  // "acme@home", or "acme@home: why it is disabled".
  std::vector<std::string> found() {
    std::vector<std::string> out;
    for (const auto& plugin : run().plugins) {
      auto why = plugin.disabled_because.empty() ? "" : ": " + plugin.disabled_because;
      out.push_back(fmt::format("{}@{}{}", plugin.manifest.id, name_of(plugin.origin), why));
    }
    return out;
  }
  std::vector<std::string> complaints() {
    std::vector<std::string> out;
    for (const auto& d : run().diagnostics)
      out.push_back(fmt::format("{} {} {}", name_of(d.code), d.plugin_id, d.message));
    return out;
  }

  TemporaryDirectory directory;
  Selection selection;
  std::vector<std::string> linked_in;
  std::vector<std::filesystem::path> load_paths;
};

TEST_F(DiscoveryTest, FindsNothingWhereNothingIs) {
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(DiscoveryTest, TakesTheFirstOriginOfAnId) {
  for (const char* root : {"bundled", "home", "more", "workspace"}) plugin(std::string(root) + "/acme", "acme");
  load_paths = {directory / "more"};
  EXPECT_THAT(found(), ElementsAre("acme@config"));
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("duplicate_plugin_id acme not used"),
                                        HasSubstr("duplicate_plugin_id acme not used"),
                                        HasSubstr("duplicate_plugin_id acme not used")));
  EXPECT_THAT(complaints().front(), HasSubstr((directory / "more" / "acme").string()));
  load_paths.clear();
  EXPECT_THAT(found(), ElementsAre("acme@home"));
  std::filesystem::remove_all(directory / "home");
  EXPECT_THAT(found(), ElementsAre("acme@bundled"));
}

TEST_F(DiscoveryTest, NobodyTakesTheIdOfCodeThatIsPartOfTheProgram) {
  for (const char* root : {"bundled", "home", "more", "workspace"}) plugin(std::string(root) + "/acme", "acme");
  plugin("home/other", "other");
  load_paths = {directory / "more"};
  linked_in = {"acme"};
  EXPECT_THAT(found(), ElementsAre("acme@bundled", "other@home"));
  auto all = complaints();
  ASSERT_EQ(all.size(), 3u);
  for (std::size_t i = 0; const char* root : {"more", "home", "workspace"}) {
    EXPECT_EQ(all[i++], fmt::format("duplicate_plugin_id acme refused: the plugin in {} has the id of the plugin acme "
                                    "that is part of this program; give it another id",
                                    (directory / root / "acme").string()));
  }
  std::filesystem::remove_all(directory / "bundled");
  EXPECT_THAT(found(), ElementsAre("other@home"));
}

TEST_F(DiscoveryTest, ListsByIdWhateverTheFolders) {
  plugin("bundled/z", "alpha");
  plugin("bundled/a", "beta");
  plugin("home/m", "gamma");
  EXPECT_THAT(found(), ElementsAre("alpha@bundled", "beta@bundled", "gamma@home"));
}

TEST_F(DiscoveryTest, LoadPathsAreAPluginOrAFolderOfPlugins) {
  plugin("one", "one");
  plugin("several/two", "two");
  plugin("several/three", "three");
  load_paths = {directory / "one", directory / "several", directory / "nowhere"};
  EXPECT_THAT(found(), ElementsAre("one@config", "three@config", "two@config"));
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("no chela.plugin.json and no openclaw.plugin.json there")));
}

TEST_F(DiscoveryTest, PassesOverFoldersThatAreSetAside) {
  plugin("home/acme", "acme");
  for (const char* name : {".hidden", "node_modules", "acme.bak", "acme.disabled"})
    plugin(std::string("home/") + name, "other");
  std::filesystem::create_directories(directory / "home/empty");
  EXPECT_THAT(found(), ElementsAre("acme@home"));
}

TEST_F(DiscoveryTest, ABrokenManifestIsToldAndStopsNobody) {
  plugin("home/acme", "acme");
  write("home/broken", "{}");
  write("home/worse", "{");
  EXPECT_THAT(found(), ElementsAre("acme@home"));
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("invalid_manifest broken"), HasSubstr("invalid_manifest worse")));
}

TEST_F(DiscoveryTest, ABrokenPluginDoesNotHideASoundOneOfTheSameFolderName) {
  write("home/acme", "{}");
  plugin("bundled/acme", "acme");
  EXPECT_THAT(found(), ElementsAre("acme@bundled"));
}

TEST_F(DiscoveryTest, DenyThenAllowThenEntryDecide) {
  plugin("home/acme", "acme");
  struct Row {
    Selection selection;
    const char* why;
  };
  const Row kTable[] = {
      {{}, ""},
      {{.deny = {"other"}}, ""},
      {{.deny = {"acme"}}, "plugins.deny names it"},
      {{.allow = {"acme"}, .deny = {"acme"}}, "plugins.deny names it"},
      {{.deny = {"acme"}, .entries = {{"acme", true}}}, "plugins.deny names it"},
      {{.allow = {"acme"}}, ""},
      {{.allow = {"other"}}, "plugins.allow does not name it"},
      {{.allow = {"other"}, .entries = {{"acme", true}}}, "plugins.allow does not name it"},
      {{.entries = {{"acme", true}}}, ""},
      {{.entries = {{"acme", false}}}, "plugins.entries.acme.enabled is false"},
      {{.allow = {"acme"}, .entries = {{"acme", false}}}, "plugins.entries.acme.enabled is false"},
      {{.enabled = false}, "plugins.enabled is false"},
      {{.enabled = false, .allow = {"acme"}, .entries = {{"acme", true}}}, "plugins.enabled is false"},
  };
  for (const auto& row : kTable) {
    selection = row.selection;
    auto found = run().plugins;
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].disabled_because, row.why);
  }
}

TEST_F(DiscoveryTest, WhatBelongsToTheProgramStaysWhenPluginsAreOff) {
  plugin("home/acme", "acme");
  plugin("bundled/core", "core");
  plugin("bundled/denied", "denied");
  selection = {.enabled = false, .deny = {"denied"}};
  EXPECT_THAT(found(), ElementsAre("acme@home: plugins.enabled is false", "core@bundled",
                                   "denied@bundled: plugins.deny names it"));
}

TEST_F(DiscoveryTest, PluginsOfAWorkspaceRunOnlyWhenTheirEntrySaysSo) {
  plugin("workspace/acme", "acme");
  EXPECT_THAT(found(), ElementsAre("acme@workspace: plugins of a workspace need plugins.entries.acme.enabled"));
  selection.allow = {"acme"};
  EXPECT_THAT(found(), ElementsAre(HasSubstr("plugins of a workspace")));
  selection.entries = {{"acme", true}};
  EXPECT_THAT(found(), ElementsAre("acme@workspace"));
  selection.deny = {"acme"};
  EXPECT_THAT(found(), ElementsAre(HasSubstr("plugins.deny")));
}

}  // namespace
}  // namespace chela::plugins
