// Packages as somebody hostile would give them out. Whatever is in them, nothing is written outside the folder they are
// unpacked to, and nothing is taken whose files are not those that were published. Some hundred by default, 10,000 with
// CHELA_LONG=1; CHELA_SEED repeats a run.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/packages/engine.hpp"
#include "kernel/runtime/skills/hub/digests.hpp"
#include "kernel/runtime/skills/hub/staging.hpp"
#include "tests/paths.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const packages::PackagesModule& engine() {
  auto engine = packages::load_packages_module();
  if (!engine) ADD_FAILURE() << engine.error().message;
  return **engine;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint64_t seed() {
  const char* set = std::getenv("CHELA_SEED");
  if (set) return std::strtoull(set, nullptr, 10);
  return std::getenv("CHELA_LONG") ? static_cast<std::uint64_t>(std::time(nullptr)) : 20261122;
}

class HostileSkills : public testing::Test {
 protected:
  // A world of which only `world/staging` may change.
  void SetUp() override {
    fs::create_directories(world_ / "staging");
    std::ofstream(world_ / "canary") << "alive";
  }
  void expect_untouched(const std::string& context) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(world_.path())) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    EXPECT_EQ(names, (std::vector<std::string>{"canary", "staging"})) << context;
    EXPECT_EQ(read(world_ / "canary"), "alive") << context;
    for (const char* name : {"escaped", "chela-escaped"}) {
      EXPECT_FALSE(fs::exists(fs::temp_directory_path() / name)) << context;
      EXPECT_FALSE(fs::exists(fs::path("/") / name)) << context;
    }
    for (fs::recursive_directory_iterator at(world_ / "staging"), end; at != end; ++at)
      EXPECT_TRUE(!at->is_symlink() && (at->is_regular_file() || at->is_directory())) << context << at->path();
  }
  TemporaryDirectory world_;
};

struct Outcome {
  bool is_published = false;  // the archive is the one that an index would name
  bool by_files = false;      // taken by the list of files
  std::string why;
};

Outcome take(const Json& package, const fs::path& staging) {
  auto bytes = read(package["file"].get<std::string>());
  Outcome out{.is_published = sha256_hex(bytes) == package["published"].get<std::string>()};
  std::vector<ListedFile> listed;
  for (const auto& [path, sha256] : package["files"].items()) listed.push_back({path, 0, sha256.get<std::string>()});
  auto unpacked = stage_archive(engine(), bytes, staging);
  auto checked = unpacked ? check_files(*unpacked, listed) : Result<void>(std::unexpected(unpacked.error()));
  std::string spelling;
  auto root = checked ? settle(*unpacked, spelling) : Result<fs::path>(std::unexpected(checked.error()));
  out.by_files = root.has_value();
  if (!root) out.why = root.error().message;
  return out;
}

TEST_F(HostileSkills, AreNeverWrittenOutsideNorTakenWithAWrongDigest) {
  const auto chosen = seed();
  const int count = std::getenv("CHELA_LONG") ? 10'000 : 336;
  std::printf("seed %llu, %d packages\n", static_cast<unsigned long long>(chosen), count);
  TemporaryDirectory packages;
  auto script = source_dir() / "tests/kernel/runtime/skills/hub/packages.py";
  auto command = fmt::format("python3 {} {} {} {}", script.string(), chosen, count, packages.path().string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::ifstream index(packages / "packages.jsonl");
  std::map<std::string, std::pair<int, int>> taken;  // kind: of how many how many
  int seen = 0;
  for (std::string line; std::getline(index, line); ++seen) {
    auto package = Json::parse(line);
    auto kind = package["kind"].get<std::string>();
    auto context = fmt::format("seed {}, {} ({})", chosen, package["file"].get<std::string>(), kind);
    auto outcome = take(package, world_ / "staging");
    expect_untouched(context);
    auto& [all, accepted] = taken[kind];
    ++all;
    accepted += outcome.by_files;
    if (kind == "none") EXPECT_TRUE(outcome.is_published && outcome.by_files) << context << outcome.why;
    if (outcome.by_files) {
      // Judged once more by what is on the disk, not by the code under test.
      std::map<std::string, std::string> found;
      for (fs::recursive_directory_iterator at(world_ / "staging/unpacked"), end; at != end; ++at) {
        if (at->is_regular_file())
          found[fs::relative(at->path(), world_ / "staging/unpacked")] = sha256_hex(read(at->path()));
      }
      EXPECT_EQ(Json(found), package["files"]) << context;
    } else {
      EXPECT_FALSE(outcome.why.empty()) << context;
    }
    fs::remove_all(world_ / "staging");
    fs::create_directories(world_ / "staging");
  }
  EXPECT_EQ(seen, count);
  for (const char* kind : {"changed", "swapped", "added", "renamed", "removed", "twice", "outside", "odd", "twins",
                           "link", "device", "bomb", "many", "setuid", "tar", "wrapped", "noise", "truncated"})
    EXPECT_EQ(taken[kind].second, 0) << kind;
  EXPECT_EQ(taken["tar plain"].second, taken["tar plain"].first);  // another form of the same files
}

TEST_F(HostileSkills, BringNoRecordsOfTheirOwn) {
  auto from = world_ / "staging/from";
  for (const char* name :
       {".clawhub/origin.json", ".clawdhub/origin.json", ".openclaw/source-origin.json", "skill.md", "a/b"}) {
    fs::create_directories((from / name).parent_path());
    std::ofstream(from / name) << "x";
  }
  auto unpacked = stage_folder(engine(), from, world_ / "staging");
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  std::string spelling;
  auto root = settle(*unpacked, spelling);
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(spelling, "skill.md");
  auto files = all_files(*root);
  ASSERT_TRUE(files);
  std::vector<std::string> names;
  for (const auto& file : *files) names.push_back(file.path);
  EXPECT_EQ(names, (std::vector<std::string>{"SKILL.md", "a/b"}));
}

TEST_F(HostileSkills, AreFoundInTheOnlyFolderOfAnArchiveAndNowhereElse) {
  auto make = [&](std::initializer_list<const char*> names) {
    fs::remove_all(world_ / "staging");
    for (const char* name : names) {
      fs::create_directories((world_ / "staging" / name).parent_path());
      std::ofstream(world_ / "staging" / name) << "x";
    }
    std::string spelling;
    return settle(world_ / "staging", spelling);
  };
  EXPECT_EQ(make({"top/skills.md", "top/x"}).value_or(""), world_ / "staging/top");
  EXPECT_EQ(make({"SKILL.md", "top/SKILL.md"}).value_or(""), world_ / "staging");
  EXPECT_FALSE(make({"top/SKILL.md", "other/SKILL.md"}));
  EXPECT_FALSE(make({"top/SKILL.md", "README.md"}));
  EXPECT_FALSE(make({"a/b/SKILL.md"}));
  EXPECT_FALSE(make({"SKILL.txt"}));
}

TEST(SkillOfARepository, IsWhatIsBelowItsPath) {
  auto place = below_path("skills/weather");
  EXPECT_EQ(place("repo-abc/skills/weather/SKILL.md"), "SKILL.md");
  EXPECT_EQ(place("repo-abc/skills/weather/a/b"), "a/b");
  EXPECT_EQ(place("repo-abc/skills/weather/../../x"), "../../x");  // refused when it is written
  for (const char* name :
       {"repo-abc/skills/weather/", "repo-abc/skills/weather2/x", "repo-abc/x", "x", "skills/weather/x", ""})
    EXPECT_EQ(place(name), std::nullopt) << name;
}

}  // namespace
}  // namespace chela::runtime::skills::hub
