#include "kernel/runtime/skills/copies/copies.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::copies {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, std::string_view bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class CopiesTest : public testing::Test {
 protected:
  Skill skill(const std::string& root, const std::string& folder, const std::string& name) {
    write(place_ / root / folder / "SKILL.md", name);
    return {.name = name, .base_dir = place_ / root / folder};
  }
  Synced sync_all(const std::vector<Skill>& skills) {
    Originals originals{.fingerprint = "f", .version = 7};
    for (const auto& one : skills) originals.skills.push_back(&one);
    auto done = sync(originals, place_ / "sandbox");
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : Synced();
  }
  static std::vector<std::string> copied(const Synced& synced) {
    std::vector<std::string> out;
    for (const auto& copy : synced.copies) {
      if (copy.copied) out.push_back(copy.folder);
    }
    return out;
  }
  fs::path copy(std::string_view path) const { return place_ / "sandbox" / "skills" / path; }

  TemporaryDirectory place_;
};

using Names = std::vector<std::string>;

TEST_F(CopiesTest, WholeFoldersAreCopiedWithoutWhatToolsKeepThere) {
  auto one = skill("a", "one", "One");
  write(place_ / "a/one/scripts/run.sh", "#!");
  fs::permissions(place_ / "a/one/scripts/run.sh", fs::perms::owner_all);
  write(place_ / "a/one/.git/config", "x");
  write(place_ / "a/one/lib/node_modules/x.js", "x");
  fs::create_symlink("SKILL.md", place_ / "a/one/link");
  fs::create_symlink("/etc/passwd", place_ / "a/one/out");
  auto done = sync_all({one});
  EXPECT_EQ(copied(done), Names{"one"});
  EXPECT_EQ(read(copy("one/scripts/run.sh")), "#!");
  EXPECT_NE(fs::status(copy("one/scripts/run.sh")).permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_EQ(read(copy("one/link")), "One");
  for (const char* absent : {"one/.git", "one/lib/node_modules", "one/out"}) {
    EXPECT_FALSE(fs::exists(fs::symlink_status(copy(absent)))) << absent;
  }
  EXPECT_EQ(done.notes, Names{"One: out is left out: it is a link out of the folder"});
}

TEST_F(CopiesTest, OnlyWhatChangedIsCopiedAgain) {
  std::vector<Skill> skills = {skill("a", "one", "One"), skill("a", "two", "Two"), skill("b", "one", "Other")};
  EXPECT_EQ(copied(sync_all(skills)), (Names{"one", "two", "one-2"}));
  EXPECT_EQ(copied(sync_all(skills)), Names{});
  write(place_ / "a/two/data.txt", "new");
  EXPECT_EQ(copied(sync_all(skills)), Names{"two"});
  EXPECT_EQ(read(copy("two/data.txt")), "new");
  fs::remove(place_ / "a/two/data.txt");
  EXPECT_EQ(copied(sync_all(skills)), Names{"two"});
  EXPECT_FALSE(fs::exists(copy("two/data.txt")));
  write(copy("one-2/SKILL.md"), "changed in the sandbox");
  EXPECT_EQ(copied(sync_all(skills)), Names{"one-2"});
  EXPECT_EQ(read(copy("one-2/SKILL.md")), "Other");
}

TEST_F(CopiesTest, WhatIsNoLongerWantedGoes) {
  auto one = skill("a", "one", "One");
  auto two = skill("a", "two", "Two");
  sync_all({one, two});
  TemporaryDirectory elsewhere;
  write(elsewhere / "keep", "kept");
  fs::create_directory_symlink(elsewhere.path(), copy("planted"));
  auto done = sync_all({two});
  EXPECT_EQ(done.removed, (Names{"one", "planted"}));
  EXPECT_FALSE(fs::exists(copy("one")));
  EXPECT_EQ(read(elsewhere / "keep"), "kept");
}

TEST_F(CopiesTest, TheRecordIsUpstreams) {
  sync_all({skill("a", "two", "Two"), skill("a", "one", "One")});
  auto record = nlohmann::json::parse(read(copy(kRecordName)));
  EXPECT_EQ(record["entryKeys"], (Names{R"(["One","One"])", R"(["Two","Two"])"}));
  EXPECT_EQ(record["skillRootsFingerprint"], "f");
  EXPECT_EQ(record["skillsVersion"], 7);
}

TEST_F(CopiesTest, FoldersWithSkillsOfAPersonAreLeftAlone) {
  write(copy("mine/SKILL.md"), "by hand");
  auto one = skill("a", "one", "One");
  auto done = sync({.skills = {&one}}, place_ / "sandbox");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::denied);
  EXPECT_EQ(read(copy("mine/SKILL.md")), "by hand");
  fs::remove_all(place_ / "sandbox/skills");
  TemporaryDirectory elsewhere;
  fs::create_directory_symlink(elsewhere.path(), place_ / "sandbox/skills");
  EXPECT_FALSE(sync({.skills = {&one}}, place_ / "sandbox"));
  EXPECT_TRUE(fs::is_empty(elsewhere.path()));
}

TEST_F(CopiesTest, ASkillThatCannotBeReadLeavesTheOthers) {
  auto one = skill("a", "one", "One");
  Skill gone{.name = "Gone", .base_dir = place_ / "a" / "gone"};
  Skill root{.name = "Root", .base_dir = "/"};
  auto done = sync_all({gone, one, root});
  EXPECT_EQ(copied(done), Names{"one"});
  EXPECT_EQ(done.notes.size(), 2U);
  EXPECT_FALSE(fs::exists(copy("gone")));
}

TEST_F(CopiesTest, TornRecordsAreNotBelieved) {
  auto one = skill("a", "one", "One");
  sync_all({one});
  write(copy(kRecordName), "{\"entryKeys\":[]");
  auto refused = sync({.skills = {&one}}, place_ / "sandbox");
  EXPECT_FALSE(refused);
  write(copy(kRecordName), R"({"entryKeys":[],"skillRootsFingerprint":"","skillsVersion":0})");  // as upstream writes it
  EXPECT_EQ(copied(sync_all({one})), Names{"one"});
}

}  // namespace
}  // namespace chela::runtime::skills::copies
