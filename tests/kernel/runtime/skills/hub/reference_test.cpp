#include "kernel/runtime/skills/hub/reference.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "kernel/runtime/skills/hub/address.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

TEST(SkillReference, NamesSkillsOfTheRegistry) {
  auto plain = parse_reference("weather", "/");
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->kind, ReferenceKind::hub);
  EXPECT_EQ(plain->slug, "weather");
  auto owned = parse_reference(" @Ada/Weather-2 ", "/");
  ASSERT_TRUE(owned);
  EXPECT_EQ(owned->owner, "ada");
  EXPECT_EQ(owned->slug, "Weather-2");
  EXPECT_EQ(owned->spec, "@ada/Weather-2");
  auto external = parse_reference("skills-sh:Owner/Repo.x/skill", "/");
  ASSERT_TRUE(external);
  EXPECT_EQ(external->kind, ReferenceKind::skills_sh);
  EXPECT_EQ(external->spec, "skills-sh:owner/repo.x/skill");
}

TEST(SkillReference, NamesRepositories) {
  const std::pair<const char*, const char*> cases[] = {
      {"git:owner/repo", "https://github.com/owner/repo"},
      {"git:owner/repo@v1.0", "https://github.com/owner/repo"},
      {"git:github.com/owner/repo", "https://github.com/owner/repo"},
      {"git:https://example.org/a/b.git@main", "https://example.org/a/b.git"},
      {"git:file:///srv/repo.git", "file:///srv/repo.git"}};
  for (const auto& [text, url] : cases) {
    auto parsed = parse_reference(text, "/");
    ASSERT_TRUE(parsed) << text << parsed.error().message;
    EXPECT_EQ(parsed->kind, ReferenceKind::git) << text;
    EXPECT_EQ(parsed->url, url) << text;
  }
  EXPECT_EQ(parse_reference("git:owner/repo@v1.0", "/")->ref, "v1.0");
}

TEST(SkillReference, NamesFilesOfThisMachine) {
  TemporaryDirectory directory;
  fs::create_directories(directory / "skill");
  std::ofstream(directory / "skill/SKILL.md") << "x";
  std::ofstream(directory / "skill.zip") << "x";
  std::ofstream(directory / "skill.txt") << "x";
  EXPECT_EQ(parse_reference("./skill/", directory.path())->kind, ReferenceKind::folder);
  EXPECT_EQ(parse_reference("./skill", directory.path())->path, directory / "skill");
  EXPECT_EQ(parse_reference("skill.zip", directory.path())->kind, ReferenceKind::archive);
  EXPECT_EQ(parse_reference("./skill/SKILL.md", directory.path())->kind, ReferenceKind::file);
  EXPECT_FALSE(parse_reference("./skill.txt", directory.path()));
  EXPECT_EQ(parse_reference("./absent", directory.path()).error().code, ErrorCode::not_found);
  EXPECT_EQ(parse_reference("skill", directory.path())->kind, ReferenceKind::hub);
}

TEST(SkillReference, RefusesWhatLeadsElsewhere) {
  for (const char* text : {"",
                           "@ada",
                           "@ada/",
                           "@/x",
                           "@ada/x/y",
                           "@../x",
                           "@ada/..",
                           "-x",
                           "x-",
                           "a_b",
                           "a b",
                           "a.b",
                           "\xC3\xA9",
                           "skills-sh:a/b",
                           "skills-sh:a/../c",
                           "skills-sh:a/b/c/d",
                           "skills-sh/a/b/c",
                           "git:",
                           "git:http://a/b",
                           "git:ext::sh",
                           "git:owner/repo@--upload-pack=x",
                           "clawhub:../x",
                           "a\\b"})
    EXPECT_FALSE(parse_reference(text, "/nowhere")) << text;
  EXPECT_FALSE(parse_reference(std::string(97, 'a'), "/"));
  EXPECT_FALSE(parse_reference(std::string_view("a\0b", 3), "/"));
}

TEST(SkillReference, KnowsFoldersThatALockFileMayName) {
  for (const char* name : {"weather", "Weather_2", "a b"}) EXPECT_TRUE(is_folder_name(name)) << name;
  for (const char* name : {"", ".", "..", ".hidden", "a/b", "a\\b", "a..b", "@x"})
    EXPECT_FALSE(is_folder_name(name)) << name;
}

class HubAddress : public testing::Test {
 protected:
  Address find(const std::string& configured = "") {
    auto found = find_address(configured, [this](const char* name) { return environment_[name]; });
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(Address());
  }
  TemporaryDirectory home_;
  std::map<std::string, std::string> environment_ = {{"HOME", home_.path().string()}};
};

TEST_F(HubAddress, IsTheFirstThatIsGiven) {
  EXPECT_EQ(find().base, "https://clawhub.ai");
  EXPECT_TRUE(find().is_site);
  environment_["CLAWHUB_URL"] = "https://b.example/";
  EXPECT_EQ(find().base, "https://b.example");
  EXPECT_FALSE(find().is_site);
  environment_["OPENCLAW_CLAWHUB_URL"] = "https://a.example//";
  EXPECT_EQ(find().base, "https://a.example");
  EXPECT_EQ(find("http://127.0.0.1:9/").base, "http://127.0.0.1:9");
}

TEST_F(HubAddress, TakesTheTokenForItsOwnRegistryAlone) {
  fs::create_directories(home_ / ".config/clawhub");
  std::ofstream(home_ / ".config/clawhub/config.json") << R"({"registry":"https://clawhub.ai","token":"clh_a"})";
  EXPECT_EQ(find().token, "clh_a");
  auto other = find("https://other.example");
  EXPECT_EQ(other.token_origin, "https://clawhub.ai");
  environment_["CLAWHUB_TOKEN"] = "clh_b";
  EXPECT_EQ(find("https://other.example").token, "clh_b");
  EXPECT_EQ(find("https://other.example").token_origin, "https://other.example");
}

TEST_F(HubAddress, RefusesWhatIsNone) {
  auto lookup = [](const char*) { return std::string(); };
  for (const char* text : {"ftp://x", "clawhub.ai", "https://u:p@x", "https://x?y=1"})
    EXPECT_FALSE(find_address(text, lookup)) << text;
}

}  // namespace
}  // namespace chela::runtime::skills::hub
