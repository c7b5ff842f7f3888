// The plugin as a host sees it.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "chela/testing/fake_host.hpp"
#include "tests/paths.hpp"
#include "tests/temporary_directory.hpp"

extern "C" const chela_entry chela_plugin_entry_files;

namespace {

using chela::testing::FakeHost;
using nlohmann::json;

class FilesPluginTest : public testing::Test {
 protected:
  FilesPluginTest() { host_.set_context(json{{"workspace", directory_.path().string()}}.dump()); }
  ~FilesPluginTest() override { EXPECT_TRUE(host_.breaches().empty()); }

  std::string run(const char* tool, const json& arguments) {
    const auto outcome = host_.run_tool(tool, arguments.dump())->outcome();
    return outcome.ok() ? outcome.text : chela::name_of(outcome.status) + ": " + outcome.text;
  }

  chela::TemporaryDirectory directory_;
  FakeHost host_{chela_plugin_entry_files};
};

TEST_F(FilesPluginTest, WritesListsReadsAndEdits) {
  host_.up();
  EXPECT_EQ(run("write_file", {{"path", "a.txt"}, {"content", "one\ntwo\n"}}), "wrote 8 bytes to the new file a.txt");
  EXPECT_EQ(run("list_files", json::object()), "a.txt (8 bytes)\n");
  EXPECT_EQ(run("read_file", {{"path", "a.txt"}, {"offset_line", 2}}), "two\n");
  EXPECT_EQ(run("edit_file", {{"path", "a.txt"}, {"old_text", "two"}, {"new_text", "2"}}),
            "replaced 1 occurrence in a.txt (line 2)");
  EXPECT_EQ(run("write_file", {{"path", "a.txt"}, {"content", "3\n"}, {"append", true}}),
            "appended 2 bytes to a.txt, which has 8 now");
  EXPECT_EQ(run("read_file", {{"path", (directory_ / "a.txt").string()}}), "one\n2\n3\n");
}

TEST_F(FilesPluginTest, ChecksArgumentsItself) {
  host_.up();
  EXPECT_EQ(run("read_file", json::object()), "invalid_argument: arguments.path: missing");
  EXPECT_EQ(run("read_file", {{"path", 1}}), "invalid_argument: arguments.path: expected a text");
  EXPECT_EQ(run("read_file", {{"path", "a"}, {"max_lines", 5001}}),
            "invalid_argument: arguments.max_lines: expected a number from 1 to 5000");
  EXPECT_EQ(run("read_file", {{"path", "a"}, {"max_lines", -1}}).substr(0, 16), "invalid_argument");
  EXPECT_EQ(run("edit_file", {{"path", "a"}, {"old_text", "x"}}), "invalid_argument: arguments.new_text: missing");
}

TEST_F(FilesPluginTest, FollowsItsConfiguration) {
  host_.up(R"({"protect":["*.lock","secret"],"unprotect":[".bashrc"],"maxFileBytes":2048,"maxOutputBytes":1024})");
  EXPECT_EQ(run("write_file", {{"path", "secret/a"}, {"content", ""}}).substr(0, 6), "denied");
  EXPECT_EQ(run("write_file", {{"path", ".bashrc"}, {"content", ""}}), "wrote 0 bytes to the new file .bashrc");
  EXPECT_EQ(run("write_file", {{"path", "b"}, {"content", std::string(2049, 'x')}}).substr(0, 9), "too_large");
  EXPECT_EQ(run("write_file", {{"path", "b"}, {"content", std::string(2048, 'x')}}).substr(0, 5), "wrote");
  EXPECT_NE(run("read_file", {{"path", "b"}}).find("[line 1 is longer"), std::string::npos);
}

TEST_F(FilesPluginTest, RefusesWrongConfiguration) {
  ASSERT_TRUE(host_.create().ok());
  EXPECT_EQ(host_.configure(R"({"protect":"x"})").text, "configuration.protect: expected a list of texts");
  EXPECT_EQ(host_.configure(R"({"followLink":true})").text,
            "configuration.followLink: unknown key; remove it or correct its name");
}

TEST_F(FilesPluginTest, ManifestNamesItsTools) {
  host_.up();
  const json manifest = json::parse(std::ifstream(chela::source_dir() / "plugins/tools/files/chela.plugin.json"));
  EXPECT_EQ(manifest["id"], chela_plugin_entry_files.plugin_id);
  EXPECT_EQ(manifest["version"], chela_plugin_entry_files.plugin_version);
  std::vector<std::string> declared;
  for (const json& tool : manifest["provides"][0]["tools"]) declared.push_back(tool["name"]);
  EXPECT_EQ(declared, host_.tool_names());
}

}  // namespace
