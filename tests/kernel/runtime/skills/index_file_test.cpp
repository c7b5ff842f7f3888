#include "kernel/runtime/skills/index_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/platform/files.hpp"
#include "tests/kernel/runtime/skills/library_fixture.hpp"

namespace chela::runtime::skills {
namespace {

using namespace std::chrono_literals;

class SkillIndex : public SkillLibrary {
 protected:
  SkillIndex() {
    settings.index = file;
    settings.watch = false;
  }
  // As a start does it: how many files were read.
  std::size_t start() {
    Shelf shelf;
    auto terms = index_terms(settings);
    shelf.read_as(terms.reading);
    if (auto known = load_index(file, terms)) shelf.remember(std::move(*known));
    return look(shelf);
  }
  std::size_t look(Shelf& shelf) {
    auto looked = shelf.look(settings, {});
    collection = looked.collection;
    EXPECT_TRUE(save_index(file, shelf, index_terms(settings)));
    return looked.files_read;
  }
  void set_modified(const fs::path& path, std::int64_t seconds) {
    timespec times[] = {{seconds, 0}, {seconds, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  std::string bytes() { return *platform::read_file(file, 10'000'000); }

  fs::path file = directory / "state/deep/skills.index";
  std::shared_ptr<const Collection> collection;
};

constexpr const char* kFull = R"(---
name: full
description: d
user-invocable: false
disable-model-invocation: true
command-dispatch: tool
command-tool: exec
requires: x
metadata: {"openclaw":{"always":true,"emoji":"*","homepage":"h","skillKey":"k","primaryEnv":"E","os":["linux"],
---
)";

TEST_F(SkillIndex, AThousandSkillsAreReadOnce) {
  for (int i = 0; i < 1'000; ++i) add(root / std::to_string(i), "skill-" + std::to_string(i));
  settings.discovery.limits = {.candidates_max = 5'000, .skills_max = 5'000};
  EXPECT_EQ(start(), 1'000u);
  EXPECT_EQ(start(), 0u);
  add(root / "500", "skill-500", "changed");
  add(root / "new", "new");
  fs::remove_all(root / "7");
  Shelf shelf;
  shelf.remember(*load_index(file, index_terms(settings)));
  EXPECT_EQ(look(shelf), 2u);
  EXPECT_EQ(collection->set.skills.size(), 1'000u);
  EXPECT_EQ(look(shelf), 0u);
}

TEST_F(SkillIndex, KeepsAllOfASkill) {
  fs::create_directories(root / "full");
  std::string text = kFull;
  text.replace(text.find(",\n---"), 1,
               R"(,"requires":{"bins":["a"],"anyBins":["b","c"],"env":["V"],"config":["x.y"]},"install":[{"id":"i",)"
               R"("kind":"download","label":"l","url":"https://x.y/z","sha256":")" +
                   std::string(64, 'a') + R"(","archive":"zip","extract":true,"stripComponents":1,"targetDir":"t",)"
                   R"("bins":["a"],"os":["linux"]}]}})");
  std::ofstream(root / "full/SKILL.md") << text;
  start();
  auto before = collection->set.skills.at(0);
  ASSERT_TRUE(before.manifest);
  ASSERT_EQ(before.manifest->install.size(), 1u);
  EXPECT_EQ(start(), 0u);
  const auto& after = collection->set.skills.at(0);
  auto line = [](const Skill& skill) {
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {}", skill.name, skill.description, skill.display_name,
                       skill.content_hash, skill.file_path, skill.base_dir, name_of(skill.source), skill.user_invocable,
                       skill.hidden_from_model, skill.dispatch->tool, skill.gates_lost, fmt::join(skill.notes, ";"));
  };
  EXPECT_EQ(line(before), line(after));
  EXPECT_EQ(to_json(*before.manifest), to_json(*after.manifest));
}

TEST_F(SkillIndex, ProblemsAreRememberedToo) {
  fs::create_directories(root / "bare");
  std::ofstream(root / "bare/SKILL.md") << "no frontmatter";
  EXPECT_EQ(start(), 1u);
  EXPECT_EQ(start(), 0u);
  ASSERT_EQ(collection->set.diagnostics.size(), 1u);
  EXPECT_EQ(collection->set.diagnostics[0].message, "description is required");
}

TEST_F(SkillIndex, IsForItsOwnerOnly) {
  add(root / "a", "a");
  start();
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat(file.parent_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(SkillIndex, WhatWasChangedBehindItsBackIsReadAnew) {
  add(root / "a", "a", "one");
  set_modified(root / "a/SKILL.md", 1'000'000'000);
  start();
  add(root / "a", "a", "two");  // as long as before, and the clock set back to when it was written
  set_modified(root / "a/SKILL.md", 1'000'000'000);
  EXPECT_EQ(start(), 1u);
  EXPECT_EQ(collection->set.skills[0].description, "two");
}

TEST_F(SkillIndex, WhatIsYoungOrFromTheFutureIsReadAgain) {
  add(root / "a", "a");
  settings.settle_time = std::chrono::hours(1);
  EXPECT_EQ(start(), 1u);
  EXPECT_EQ(start(), 1u);
  settings.settle_time = 0ns;
  EXPECT_EQ(start(), 1u);
  EXPECT_EQ(start(), 0u);
}

TEST_F(SkillIndex, ATornOneIsThrownAway) {
  for (int i = 0; i < 5; ++i) add(root / std::to_string(i), "skill-" + std::to_string(i));
  start();
  auto whole = bytes();
  auto terms = index_terms(settings);
  ASSERT_TRUE(read_index(whole, terms));
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_FALSE(read_index(std::string_view(whole).substr(0, size), terms)) << size;
  }
  EXPECT_FALSE(read_index(whole + "x", terms));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto other = whole;
    other[at] = static_cast<char>(other[at] ^ 0x20);
    EXPECT_FALSE(read_index(other, terms)) << at;
  }
  ASSERT_TRUE(platform::write_file_atomically(file, std::string_view(whole).substr(0, whole.size() / 2)));
  EXPECT_EQ(start(), 5u);
  EXPECT_EQ(collection->set.skills.size(), 5u);
}

// Whoever writes the sum anew can put anything in, but not make the reader leave its bytes.
TEST_F(SkillIndex, AForgedOneIsReadWithinItsBounds) {
  for (int i = 0; i < 3; ++i) add(root / std::to_string(i), "skill-" + std::to_string(i));
  start();
  auto terms = index_terms(settings);
  auto whole = bytes();
  constexpr std::size_t kHead = 15 + 32;
  for (std::size_t at = kHead; at < whole.size(); ++at) {
    for (char value : {'\0', '\x7F', '\xFF'}) {
      auto body = whole.substr(kHead);
      body[at - kHead] = value;
      auto digest = sha256(body);
      auto forged = whole.substr(0, 15);
      forged.append(reinterpret_cast<const char*>(digest.data()), digest.size());
      read_index(forged + body, terms);
    }
  }
}

TEST_F(SkillIndex, OneOfAnotherPlaceNamesNothingHere) {
  add(root / "a", "a");
  add(root / "b", "b");
  start();
  settings.roots = {{directory / "elsewhere", Source::workspace}};
  add(directory / "elsewhere/a", "mine");
  EXPECT_EQ(start(), 1u);
  ASSERT_EQ(collection->set.skills.size(), 1u);
  EXPECT_EQ(collection->set.skills[0].file_path, directory / "elsewhere/a/SKILL.md");
}

TEST_F(SkillIndex, AnotherWayOfReadingThrowsItAway) {
  add(root / "a", "a");
  start();
  settings.discovery.load.any_case = true;
  EXPECT_EQ(start(), 1u);
  settings.roots[0].source = Source::managed;
  EXPECT_EQ(start(), 1u);
  EXPECT_EQ(collection->set.skills[0].source, Source::managed);
}

TEST_F(SkillIndex, ALibraryStartsFromItAndWritesIt) {
  add(root / "a", "a");
  open_and_read();
  ASSERT_TRUE(fs::exists(file));
  auto first = bytes();
  add(root / "b", "b");
  settle();
  EXPECT_NE(bytes(), first);
  open_and_read();
  EXPECT_THAT(names(), ElementsAre("a", "b"));
  std::ofstream(file) << "nonsense";
  open_and_read();
  EXPECT_THAT(names(), ElementsAre("a", "b"));
  EXPECT_THAT(log->lines, IsEmpty());
}

TEST_F(SkillIndex, OneThatCannotBeWrittenIsSaid) {
  add(root / "a", "a");
  std::ofstream(directory / "state") << "a file where a directory should be";
  open_and_read();
  EXPECT_THAT(names(), ElementsAre("a"));
  ASSERT_EQ(log->lines.size(), 1u);
  EXPECT_THAT(log->lines[0], HasSubstr("remembering the skills"));
}

}  // namespace
}  // namespace chela::runtime::skills
