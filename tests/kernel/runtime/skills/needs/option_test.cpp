#include "kernel/runtime/skills/needs/option.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "kernel/runtime/skills/needs/debian.hpp"
#include "kernel/runtime/skills/needs/strict_names.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::needs {
namespace {

namespace fs = std::filesystem;

class OptionTest : public testing::Test {
 protected:
  OptionTest() {
    machine_.home = place_ / "home";
    machine_.state = place_ / "state";
    machine_.path = (place_ / "bin").string();
    machine_.environment = {{"LANG", "C"}};
    fs::create_directories(place_ / "bin");
  }
  void have(std::initializer_list<const char*> programs) {
    for (const char* name : programs) {
      std::ofstream(place_ / "bin" / name) << "#!/bin/sh\n";
      fs::permissions(place_ / "bin" / name, fs::perms::owner_all);
    }
  }
  static Skill skill_with(std::string_view install, std::vector<std::string> bins = {}) {
    auto read = read_manifest(fmt::format(R"({{"openclaw": {{"install": {}}}}})", install));
    read.manifest->needs = Requires{.bins = std::move(bins)};
    return {.name = "demo", .source = Source::managed, .manifest = std::make_shared<const Manifest>(*read.manifest)};
  }
  std::vector<std::string> offered(const Skill& skill) {
    std::vector<std::string> out;
    for (const auto& option : offered_options(skill, machine_)) out.push_back(option.id + " " + option.spec.kind);
    return out;
  }
  Result<Plan> plan(std::string_view entry) {
    auto skill = skill_with(fmt::format("[{}]", entry));
    auto options = offered_options(skill, machine_);
    if (options.empty()) return fail(ErrorCode::not_found, "nothing is offered");
    return plan_for(skill, options.front(), machine_);
  }
  std::string shown(std::string_view entry) {
    auto made = plan(entry);
    return made ? made->shown : "error: " + made.error().message;
  }
  static std::string variable(const Plan& plan, std::string_view name) {
    for (const auto& [key, value] : plan.environment) {
      if (key == name) return value;
    }
    return "(not set)";
  }

  TemporaryDirectory place_;
  Machine machine_;
};

constexpr const char* kAll = R"([{"kind":"brew","formula":"f"},{"kind":"node","package":"p"},{"kind":"uv","package":"u"},
  {"kind":"go","module":"m/x@latest"},{"kind":"download","url":"https://example.com/d.zip"}])";

TEST_F(OptionTest, OneIsChosenAsUpstreamDoes) {
  EXPECT_EQ(offered(skill_with(kAll)), std::vector<std::string>{"uv-2 uv"});
  have({"brew"});
  EXPECT_EQ(offered(skill_with(kAll)), std::vector<std::string>{"brew-0 brew"});
  machine_.prefer_brew = false;
  EXPECT_EQ(offered(skill_with(kAll)), std::vector<std::string>{"uv-2 uv"});
  auto without_uv = skill_with(R"([{"kind":"go","module":"m@v1"},{"kind":"brew","formula":"f"}])");
  EXPECT_EQ(offered(without_uv), std::vector<std::string>{"brew-1 brew"});
  fs::remove(place_ / "bin/brew");
  EXPECT_EQ(offered(without_uv), std::vector<std::string>{"go-0 go"});
}

TEST_F(OptionTest, DownloadsAloneAreAllOffered) {
  auto skill = skill_with(R"([{"kind":"download","url":"https://a.com/x","id":"one"},
    {"kind":"download","url":"https://a.com/y","os":["darwin"]},{"kind":"download","url":"https://a.com/z"}])");
  EXPECT_EQ(offered(skill), (std::vector<std::string>{"one download", "download-2 download"}));
}

TEST_F(OptionTest, WhatIsForAnotherPlatformIsNotOffered) {
  auto skill = skill_with(R"([{"kind":"node","package":"p","os":["darwin"]},{"kind":"go","module":"m@v1"}])");
  EXPECT_EQ(offered(skill), std::vector<std::string>{"go-1 go"});
  auto manifest = *skill.manifest;
  manifest.os = {"win32"};
  skill.manifest = std::make_shared<const Manifest>(manifest);
  EXPECT_TRUE(offered(skill).empty());
}

TEST_F(OptionTest, DebianStandsInForWhatItIsKnownToHave) {
  auto brew = skill_with(R"([{"kind":"brew","formula":"ripgrep","bins":["rg"]}])");
  EXPECT_EQ(offered(brew), std::vector<std::string>{"brew-0 brew"});  // to be told what is missing
  have({"apt-get"});
  EXPECT_EQ(offered(brew), std::vector<std::string>{"apt apt"});
  EXPECT_EQ(offered(skill_with(R"([{"kind":"brew","formula":"odd","bins":["odd-tool"]}])")),
            std::vector<std::string>{"brew-0 brew"});
  auto bare = skill_with("[]", {"jq", "rg"});
  EXPECT_EQ(offered(bare), std::vector<std::string>{"apt apt"});
  EXPECT_EQ(offered_options(bare, machine_)[0].spec.package, "jq ripgrep");
  have({"jq"});
  EXPECT_EQ(offered_options(bare, machine_)[0].spec.package, "ripgrep");
  EXPECT_TRUE(offered(skill_with("[]", {"jq", "unheard-of"})).empty());
  have({"brew"});
  EXPECT_EQ(offered(brew), std::vector<std::string>{"brew-0 brew"});
}

TEST_F(OptionTest, AuthorsCannotNamePackagesOfDebian) {
  have({"apt-get"});
  EXPECT_TRUE(offered(skill_with(R"([{"kind":"apt","package":"jq"}])")).empty());
}

TEST_F(OptionTest, PlansSayExactlyWhatRuns) {
  have({"npm", "go", "uv", "brew", "apt-get", "pnpm"});
  auto state = (place_ / "state").string();
  auto home = (place_ / "home").string();
  EXPECT_EQ(shown(R"({"kind":"node","package":"@a/b@1.2.3"})"),
            "npm_config_prefix=" + state + "/tools/node/npm npm install -g --ignore-scripts @a/b@1.2.3");
  EXPECT_EQ(shown(R"({"kind":"go","module":"example.com/x/y@latest"})"),
            "GOBIN=" + home + "/.local/bin go install example.com/x/y@latest");
  EXPECT_EQ(shown(R"({"kind":"uv","package":"nano-pdf>=1.0"})"),
            "UV_TOOL_BIN_DIR=" + home + "/.local/bin uv tool install 'nano-pdf>=1.0'");
  EXPECT_EQ(shown(R"({"kind":"brew","formula":"a/b/c"})"), "brew install a/b/c");
  EXPECT_EQ(shown(R"({"kind":"download","url":"https://example.com/x.zip","sha256":")" + std::string(64, 'a') + "\"}"),
            "download https://example.com/x.zip (sha256 " + std::string(64, 'a') + ") and unpack it into " + state +
                "/tools/demo");
  machine_.node_installer = "pnpm";
  auto pnpm = plan(R"({"kind":"node","package":"x"})");
  ASSERT_TRUE(pnpm);
  EXPECT_EQ(pnpm->argv, (std::vector<std::string>{"pnpm", "add", "-g", "--ignore-scripts", "x"}));
  EXPECT_EQ(variable(*pnpm, "PATH"), machine_.path);
  EXPECT_EQ(variable(*pnpm, "LANG"), "C");
}

TEST_F(OptionTest, AptIsForRootOnly) {
  have({"apt-get"});
  auto skill = skill_with("[]", {"jq"});
  auto option = offered_options(skill, machine_).at(0);
  auto refused = plan_for(skill, option, machine_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "apt-get works for root only: run `sudo apt-get install -y --no-install-recommends jq` yourself");
  machine_.is_root = true;
  auto made = plan_for(skill, option, machine_);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->shown, "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends jq");
}

TEST_F(OptionTest, MissingInstallersAreNamedWithWhatToDo) {
  EXPECT_EQ(shown(R"({"kind":"brew","formula":"jq"})"),
            "error: brew is not installed: install `jq` with the system's own package program, or Homebrew from "
            "https://brew.sh");
  for (const char* entry : {R"({"kind":"node","package":"x"})", R"({"kind":"go","module":"m@v1"})",
                            R"({"kind":"uv","package":"x"})"}) {
    auto made = plan(entry);
    ASSERT_FALSE(made) << entry;
    EXPECT_EQ(made.error().code, ErrorCode::unavailable) << entry;
  }
}

TEST_F(OptionTest, DownloadsStayBelowTheToolsOfTheSkill) {
  auto with = [&](std::string_view target) {
    auto made = plan(fmt::format(R"({{"kind":"download","url":"https://a.com/x.zip","targetDir":"{}"}})", target));
    return made ? made->destination.lexically_relative(place_ / "state/tools").string()
                : fmt::format("{}", name_of(made.error().code));
  };
  EXPECT_EQ(with(""), "demo");
  EXPECT_EQ(with("."), "demo");
  EXPECT_EQ(with("a/b/"), "demo/a/b");
  EXPECT_EQ(with("a/../b"), "demo/b");
  EXPECT_EQ(with((place_ / "state/tools/demo/c").string()), "demo/c");
  for (const char* out : {"..", "../other", "a/../../x", "/etc", "~", "~/x"}) EXPECT_EQ(with(out), "denied") << out;
}

TEST_F(OptionTest, KeysBecomeFoldersOfTheirOwn) {
  auto folder = [&](std::string key) {
    auto skill = skill_with(R"([{"kind":"download","url":"https://a.com/x.zip"}])");
    skill.name = key;
    auto made = plan_for(skill, offered_options(skill, machine_).at(0), machine_);
    return made ? made->destination.lexically_relative(place_ / "state/tools").string() : made.error().message;
  };
  EXPECT_EQ(folder("my-tool_2.0"), "my-tool_2.0");
  std::set<std::string> seen;
  for (const std::string& key : std::vector<std::string>{"bin", "node", "..", "a/b", "a-b ", "A", ".x", "", std::string(300, 'a')}) {
    auto name = folder(key);
    EXPECT_TRUE(name.starts_with("skill-")) << key << ": " << name;
    EXPECT_EQ(name.find('/'), std::string::npos) << key;
    EXPECT_TRUE(seen.insert(name).second) << key;
  }
}

TEST_F(OptionTest, DownloadsThatCannotBeTrustedAreRefused) {
  EXPECT_NE(shown(R"({"kind":"download","url":"http://a.com/x.zip"})").find("needs a sha256"), std::string::npos);
  EXPECT_NE(shown(R"({"kind":"download","url":"https://a.com/x","extract":true})").find("no kind of archive"),
            std::string::npos);
  EXPECT_NE(shown(R"({"kind":"download","url":"https://a.com/x.zip","stripComponents":99})").find("must be a whole number of 0 to 16"),
            std::string::npos);
  auto unnamed = plan(R"({"kind":"download","url":"https://a.com/.%2e"})");
  ASSERT_TRUE(unnamed) << unnamed.error().message;
  EXPECT_EQ(unnamed->file_name, "download");
  auto bad_bin = plan(R"({"kind":"download","url":"https://a.com/x","bins":["../sh"]})");
  ASSERT_FALSE(bad_bin);
  EXPECT_EQ(bad_bin.error().code, ErrorCode::invalid_argument);
}

TEST_F(OptionTest, StrangersRecipesComeWithAWarning) {
  have({"npm"});
  auto made = plan(R"({"kind":"node","package":"x"})");
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->warnings.empty());
  auto skill = skill_with(R"([{"kind":"node","package":"x"}])");
  skill.source = Source::bundled;
  auto bundled = plan_for(skill, offered_options(skill, machine_).at(0), machine_);
  ASSERT_TRUE(bundled);
  EXPECT_TRUE(bundled->warnings.empty());
}

TEST(StrictNames, LetOnlyNamesPass) {
  for (const char* name : {"jq", "python@3.12", "a/b/c", "x264"}) EXPECT_TRUE(is_strict_formula(name)) << name;
  for (const char* name : {"", "-x", "Jq", "a/b/c/d", "a//b", "a..b", "a b", "a;b", "/a", "a/", "$(x)"})
    EXPECT_FALSE(is_strict_formula(name)) << name;
  for (const char* name : {"x", "@a/b", "x@1.0.0", "@a/b@latest", "x@^1.2"}) EXPECT_TRUE(is_strict_node_package(name)) << name;
  for (const char* name : {"", "-g", "--x", "X", "@a", "a/b", "x@", "x@git+ssh:", "x@1 2", "../x", "@a/../b", ".x", "x@1..2"})
    EXPECT_FALSE(is_strict_node_package(name)) << name;
  for (const char* name : {"example.com/a/b@latest", "m@v1.2.3"}) EXPECT_TRUE(is_strict_go_module(name)) << name;
  for (const char* name : {"", "m", "m@", "-m@v1", "m@-v", "a/../b@v1", "m@V1", "m@v1@v2", "m~x@v1"})
    EXPECT_FALSE(is_strict_go_module(name)) << name;
  for (const char* name : {"x", "X.y", "x[a,b]", "x==1.0", "x[a]>=2", "x===1"}) EXPECT_TRUE(is_strict_python_package(name)) << name;
  for (const char* name : {"", "-x", "x==", "x>=1,<2", "x[", "x]", "x @ y", "x;y", "x==1;y", "--index-url=x"})
    EXPECT_FALSE(is_strict_python_package(name)) << name;
  for (const char* name : {"rg", "x-1.0", "g++"}) EXPECT_TRUE(is_strict_program(name)) << name;
  for (const char* name : {"", ".", "..", "a/b", "-x", ".x", "a b"}) EXPECT_FALSE(is_strict_program(name)) << name;
}

TEST(Debian, KnowsProgramsByTheirPackages) {
  EXPECT_EQ(debian_package_of("rg"), "ripgrep");
  EXPECT_EQ(debian_package_of("nothing"), "");
  EXPECT_EQ(debian_packages_of({"ffmpeg", "ffprobe", "jq"}), (std::vector<std::string>{"ffmpeg", "jq"}));
  EXPECT_TRUE(debian_packages_of({"jq", "nothing"}).empty());
}

TEST(ToolPath, AddsWhatIsNotThere) {
  EXPECT_TRUE(path_with_tools("/usr/bin", "/ada", "/s").starts_with("/usr/bin:/s/tools/bin:/s/tools/node/npm/bin:/ada/.local/bin"));
  auto once = path_with_tools("/ada/.local/bin:/bin", "/ada", "/s");
  EXPECT_EQ(once.find("/ada/.local/bin", 1), std::string::npos);
  EXPECT_EQ(path_with_tools(once, "/ada", "/s"), once);
}

TEST(MachineHere, TakesTheSettings) {
  auto config = nlohmann::json::parse(R"({"skills": {"install": {"preferBrew": false, "nodeManager": "Bun"}}})");
  auto machine = machine_here(config, "/h", "/s");
  EXPECT_FALSE(machine.prefer_brew);
  EXPECT_EQ(machine.node_installer, "bun");
  EXPECT_NE(machine.path.find("/s/tools/bin"), std::string::npos);
  EXPECT_EQ(machine_here(nlohmann::json::parse(R"({"skills": 5})"), "/h", "/s").node_installer, "npm");
}

}  // namespace
}  // namespace chela::runtime::skills::needs
