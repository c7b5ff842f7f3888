#include "kernel/runtime/skills/hub/state_files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

class SkillRecords : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) {
    std::ifstream in(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  LockFile lock() {
    auto lock = LockFile::read(directory_.path());
    EXPECT_TRUE(lock) << lock.error().message;
    return std::move(*lock);
  }
  TemporaryDirectory directory_;
};

Record weather() {
  Record record{.registry = "https://clawhub.ai", .slug = "weather", .owner = "ada", .version = "1.2.0"};
  record.installed_at_ms = 1'700'000'000'123;
  record.artifact_sha256 = std::string(62, '0') + "ff";
  record.skill_file = "SKILL.md";
  record.skill_file_sha256 = std::string(64, 'a');
  record.tree_sha256 = "sha256:" + std::string(64, 'b');
  record.fingerprint = std::string(64, 'c');
  return record;
}

// Both clients' entries as they write them, and one of a client to come.
constexpr const char* kMixed = R"({
  "version": 1,
  "skills": {
    "weather": {
      "version": "1.0.0",
      "registry": "https://clawhub.ai",
      "installedAt": 1,
      "ownerHandle": "ada",
      "sourceUrl": "https://github.com/a/b",
      "verification": {
        "ok": true
      },
      "pinReason": "mine",
      "later": [
        1,
        {}
      ]
    },
    "@bob/notes": {
      "version": "2.0.0",
      "installedAt": 2,
      "ownerHandle": "bob",
      "pinned": true,
      "pinReason": "works"
    },
    "skills-sh:o/r/far": {
      "version": "cafe",
      "installedAt": 3,
      "sourceRef": "skills-sh:o/r/far",
      "sourceKind": "skills-sh"
    },
    "near": {
      "version": "cafe",
      "installedAt": 4,
      "requestedReference": "skills-sh:o/r/near",
      "trustState": "not-scanned-by-clawhub"
    },
    "../../etc": {
      "version": "1.0.0",
      "installedAt": 5
    }
  },
  "other": {
    "kept": 1.5
  }
}
)";

TEST_F(SkillRecords, KeepWhatTheyDoNotUnderstand) {
  write(".clawhub/lock.json", kMixed);
  ASSERT_TRUE(lock().write());
  EXPECT_EQ(read(".clawhub/lock.json"), kMixed);
}

TEST_F(SkillRecords, AreReadInBothStyles) {
  write(".clawhub/lock.json", kMixed);
  auto skills = lock().skills();
  ASSERT_EQ(skills.size(), 4u);  // not the one that leads away
  EXPECT_EQ(skills[0].folder, "skills/weather");
  EXPECT_EQ(skills[1].folder, "skills/@bob/notes");
  EXPECT_TRUE(skills[1].is_pinned);
  EXPECT_EQ(skills[2].folder, "skills/far");
  EXPECT_EQ(skills[2].reference, "skills-sh:o/r/far");
  EXPECT_EQ(skills[3].folder, "skills/near");
  auto key_of = [&](const char* text) {
    auto found = lock().find(*parse_reference(text, "/"));
    return found ? found->key : "(none)";
  };
  EXPECT_EQ(key_of("weather"), "weather");
  EXPECT_EQ(key_of("@ada/weather"), "weather");
  EXPECT_EQ(key_of("@eve/weather"), "(none)");
  EXPECT_EQ(key_of("notes"), "@bob/notes");
  EXPECT_EQ(key_of("@bob/notes"), "@bob/notes");
  EXPECT_EQ(key_of("skills-sh:o/r/near"), "near");
  EXPECT_EQ(key_of("skills-sh:o/r/far"), "skills-sh:o/r/far");
  EXPECT_EQ(key_of("far"), "(none)");
}

TEST_F(SkillRecords, ChangeOnlyWhatAnInstallationSays) {
  write(".clawhub/lock.json", kMixed);
  auto changed = lock();
  changed.set("weather", weather());
  ASSERT_TRUE(changed.write());
  auto text = read(".clawhub/lock.json");
  auto entry = lock().entry_text("weather");
  EXPECT_EQ(entry,
            R"({"version":"1.2.0","registry":"https://clawhub.ai","installedAt":1700000000123,"ownerHandle":"ada",)"
            R"("artifact":{"kind":"archive","sha256":")" +
                std::string(62, '0') +
                R"(ff","integrity":"sha256-)"
                R"(AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP8="},"skillFile":{"path":"SKILL.md","sha256":")" +
                std::string(64, 'a') + R"("},"fileTreeSha256":"sha256:)" + std::string(64, 'b') +
                R"(","pinReason":"mine","later":[1,{}]})");
  EXPECT_TRUE(text.contains("\"@bob/notes\"") && text.contains("\"../../etc\"") && text.ends_with("}\n"));
}

TEST_F(SkillRecords, AreTakenFromTheFormerFolderAndWrittenToTheNew) {
  write(".clawdhub/lock.json", kMixed);
  EXPECT_EQ(lock().skills().size(), 4u);
  ASSERT_TRUE(lock().write());
  EXPECT_EQ(read(".clawhub/lock.json"), kMixed);
}

TEST_F(SkillRecords, ThatAreMalformedAreAnErrorWithTheirName) {
  for (const char* text : {"", "{", "[]", "null", "{}", R"({"version":2,"skills":{}})", R"({"version":1})",
                           R"({"version":1,"skills":[]})"}) {
    write(".clawhub/lock.json", text);
    auto lock = LockFile::read(directory_.path());
    ASSERT_FALSE(lock) << text;
    EXPECT_EQ(lock.error().code, ErrorCode::corrupt) << text;
    EXPECT_TRUE(lock.error().message.contains(".clawhub/lock.json")) << lock.error().message;
  }
}

TEST_F(SkillRecords, SayTheSameInTheSkillItself) {
  fs::create_directories(directory_ / "skill");
  ASSERT_TRUE(write_origin(directory_ / "skill", weather()));
  auto text = read("skill/.clawhub/origin.json");
  EXPECT_TRUE(
      text.starts_with("{\n  \"version\": 1,\n  \"registry\": \"https://clawhub.ai\",\n  \"slug\": \"weather\",\n"
                       "  \"installedVersion\": \"1.2.0\",\n  \"installedAt\": 1700000000123,\n"))
      << text;
  auto origin = read_origin(directory_ / "skill");
  ASSERT_TRUE(origin && *origin);
  EXPECT_EQ((*origin)->version, "1.2.0");
  EXPECT_EQ((*origin)->fingerprint, std::string(64, 'c'));
  EXPECT_FALSE(read_origin(directory_ / "absent")->has_value());
  write("skill/.clawhub/origin.json", "{");
  EXPECT_FALSE(read_origin(directory_ / "skill"));
}

TEST_F(SkillRecords, SayWhereASkillFromElsewhereCameFrom) {
  fs::create_directories(directory_ / "skill");
  SourceRecord record{.source = "git", .spec = "git:https://github.com/o/r@v1", .slug = "r"};
  record.installed_at_ms = 1'700'000'000'123;
  record.url = "https://github.com/o/r";
  record.ref = "v1";
  record.commit = std::string(40, 'd');
  ASSERT_TRUE(write_source_origin(directory_ / "skill", record));
  EXPECT_EQ(read("skill/.openclaw/source-origin.json"),
            "{\n  \"version\": 1,\n  \"source\": \"git\",\n  \"spec\": \"git:https://github.com/o/r@v1\",\n  \"slug\": "
            "\"r\",\n"
            "  \"installedAt\": 1700000000123,\n  \"git\": {\n    \"url\": \"https://github.com/o/r\",\n    \"ref\": "
            "\"v1\",\n"
            "    \"commit\": \"" +
                std::string(40, 'd') + "\",\n    \"resolvedAt\": \"2023-11-14T22:13:20.123Z\"\n  }\n}\n");
}

}  // namespace
}  // namespace chela::runtime::skills::hub
