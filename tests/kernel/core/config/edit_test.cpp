#include "kernel/core/config/edit.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "kernel/core/base/random.hpp"
#include "kernel/core/config/json5.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

constexpr std::string_view kFile = R"(// my gateway
{
  gateway: {
    port: 18789, // the usual
    /* where */ bind: 'loopback',
  },
  list: [1, 2], // a list
  models: { providers: {} }
}
)";

std::string set(std::string_view text, const char* path, const json& value) {
  auto out = with_value(text, *Path::parse(path), value);
  return out ? *out : "error: " + out.error().message;
}

std::string unset(std::string_view text, const char* path) {
  auto out = without_value(text, *Path::parse(path));
  return out ? *out : "error: " + out.error().message;
}

std::string with(std::string_view from, std::string_view to) {
  std::string text(kFile);
  return text.replace(text.find(from), from.size(), to);
}

TEST(Edit, ChangesOneValueAndNothingElse) {
  EXPECT_EQ(set(kFile, "gateway.port", 1), with("18789", "1"));
  EXPECT_EQ(set(kFile, "gateway.bind", "lan"), with("'loopback'", "\"lan\""));
  EXPECT_EQ(set(kFile, "list[1]", true), with("1, 2", "1, true"));
  EXPECT_EQ(set(kFile, "list", json::array()), with("[1, 2]", "[]"));
}

TEST(Edit, AddsMembersInTheStyleAround) {
  EXPECT_EQ(set(kFile, "gateway.auth.token", "env:T"),
            with("'loopback',", "'loopback',\n    auth: {\n      token: \"env:T\",\n    },"));
  EXPECT_EQ(set(kFile, "list[2]", 3), with("1, 2]", "1, 2, 3]"));
  EXPECT_EQ(set(kFile, "models.providers[\"my host\"].baseUrl", "http://x"),
            with("{} }", "{\n    \"my host\": {\n      baseUrl: \"http://x\",\n    }\n  } }"));
  EXPECT_EQ(set(kFile, "logging.level", "debug"),
            with("{ providers: {} }\n", "{ providers: {} },\n  logging: {\n    level: \"debug\",\n  }\n"));
}

TEST(Edit, KeepsPlainJsonPlain) {
  EXPECT_EQ(set("{\n  \"a\": 1\n}\n", "b.c", 2), "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2\n  }\n}\n");
  EXPECT_EQ(unset("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b"), "{\n  \"a\": 1\n}\n");
}

TEST(Edit, StartsFilesAndFillsEmptyOnes) {
  EXPECT_EQ(set("", "a.b", 1), "{\n  a: {\n    b: 1,\n  }\n}\n");
  EXPECT_EQ(set("{ // nothing yet\n}", "a", 1), "{ // nothing yet\n  a: 1\n}");
}

TEST(Edit, RemovesWholeLines) {
  EXPECT_EQ(unset(kFile, "gateway.port"), with("    port: 18789, // the usual\n", ""));
  EXPECT_EQ(unset(kFile, "gateway.bind"), with("/* where */ bind: 'loopback',\n", "/* where */ \n"));
  EXPECT_EQ(unset(kFile, "list[0]"), with("1, 2", "2"));
  EXPECT_EQ(unset(kFile, "list[1]"), with("1, 2", "1 "));
  EXPECT_EQ(unset(kFile, "models"), with(", // a list\n  models: { providers: {} }", " // a list"));
}

TEST(Edit, SaysWhyNot) {
  EXPECT_EQ(unset(kFile, "gateway.absent"), "error: $.gateway.absent is not set in the file");
  EXPECT_NE(set(kFile, "gateway.port.deeper", 1).find("error: "), std::string::npos);
  EXPECT_NE(set(kFile, "list[7]", 1).find("the next is [2]"), std::string::npos);
  EXPECT_NE(set("{a: }", "a", 1).find("1:5"), std::string::npos);
}

TEST(Edit, EveryEditOfEveryKeyIsExact) {
  SourceMap map;
  json document = *parse_json5(kFile, &map);
  for (auto path :
       {"gateway", "gateway.port", "gateway.bind", "list", "list[0]", "list[1]", "models", "models.providers"}) {
    for (const json& value : {json(1), json("x\ny"), json::object(), json{{"k", {1, {{"l", nullptr}}}}}}) {
      auto text = with_value(kFile, *Path::parse(path), value);
      ASSERT_TRUE(text) << path;
      auto back = parse_json5(*text);
      ASSERT_TRUE(back) << *text;
      EXPECT_EQ(*Path::parse(path)->find_in(*back), value);
    }
    auto text = without_value(kFile, *Path::parse(path));
    ASSERT_TRUE(text) << path << text.error().message;
    EXPECT_NE(text->find("// my gateway"), std::string::npos);
  }
}

TEST(WriteConfigFile, KeepsModeAndFollowsLinks) {
  auto folder = std::filesystem::temp_directory_path() / ("chela-edit-" + random_hex(12));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "real.json") << "old";
  ::chmod((folder / "real.json").c_str(), 0640);
  std::filesystem::create_symlink("real.json", folder / "link.json");
  ASSERT_TRUE(write_config_file(folder / "link.json", "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.json"));
  std::stringstream text;
  text << std::ifstream(folder / "real.json").rdbuf();
  EXPECT_EQ(text.str(), "new");
  struct stat status{};
  ::stat((folder / "real.json").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  ASSERT_TRUE(write_config_file(folder / "fresh.json", "x"));
  ::stat((folder / "fresh.json").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace chela::config
