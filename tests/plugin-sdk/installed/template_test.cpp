// What an author does: install the SDK, write a plugin from the template, build it, check it.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "chela/testing/fake_host.hpp"
#include "plugin-sdk/conformance/conformance.hpp"
#include "tests/paths.hpp"
#include "tests/plugin-sdk/installed/command.hpp"
#include "tools/scaffold/scaffold.hpp"

namespace chela {
namespace {

namespace fs = std::filesystem;

class InstalledSdk : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = (fs::temp_directory_path() / "installed-sdk-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    const std::string build = (root_ / "sdk-build").string();
    expect_runs(TEST_CMAKE " -S " + (source_dir() / "plugin-sdk").string() + " -B " + build);
    expect_runs(TEST_CMAKE " --install " + build + " --component sdk --prefix " + prefix());
  }
  static void TearDownTestSuite() { fs::remove_all(root_); }

  static std::string prefix() { return (root_ / "prefix").string(); }

  static void expect_runs(const std::string& command) {
    const CommandResult result = run_command(command);
    ASSERT_EQ(result.code, 0) << command << "\n" << result.output;
  }

  // Writes and builds a plugin of `kind`; the path of its library.
  static std::string build(const std::string& kind, const std::string& compiler) {
    const std::string name = kind + "-" + fs::path(compiler).filename().string();
    const fs::path folder = root_ / name;
    auto files = scaffold::write_plugin("my-plugin", kind, folder);
    EXPECT_TRUE(files) << files.error().message;
    expect_runs(TEST_CMAKE " -S " + folder.string() + " -B " + (folder / "build").string() + " -DCMAKE_CXX_COMPILER=" +
                compiler + " -DCMAKE_PREFIX_PATH=" + prefix() + " -DCMAKE_CXX_FLAGS='-Wall -Wextra -pedantic -Werror'");
    expect_runs(TEST_CMAKE " --build " + (folder / "build").string());
    expect_runs(TEST_CMAKE " --install " + (folder / "build").string() + " --prefix " + (folder / "out").string());
    return (folder / "out/lib/chela/plugins/my-plugin/my-plugin.so").string();
  }

  static void expect_conforms(const std::string& library) {
    conformance::Options options;
    options.library = library;
    options.seed = 1;
    std::FILE* out = std::tmpfile();
    EXPECT_EQ(conformance::run(options, out), 0);
    std::string text(static_cast<std::size_t>(std::ftell(out)), '\0');
    std::rewind(out);
    EXPECT_EQ(std::fread(text.data(), 1, text.size(), out), text.size());
    std::fclose(out);
    EXPECT_NE(text.find("0 of"), std::string::npos) << text;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const bool timed = line.find(" loads ") != std::string::npos || line.find(" returns_at_once ") != std::string::npos;
      EXPECT_TRUE(timed || !line.starts_with("warn ")) << line;  // speed is a warning, for machines differ
    }
  }

  static inline fs::path root_;
};

TEST_F(InstalledSdk, BuildsToolsThatConform) {
  for (const char* compiler : {TEST_CXX_COMPILERS}) {
    const std::string library = build("tool", compiler);
    expect_conforms(library);
    chela::testing::Library loaded(library);
    chela::testing::FakeHost host(loaded.entry());
    host.up(R"({"greeting":"Ahoy"})");
    EXPECT_EQ(host.run_tool("greet", R"({"name":"Ada"})")->outcome().text, "Ahoy, Ada!");
    EXPECT_EQ(host.run_tool("greet", "{}")->outcome().text, "arguments.name: missing");
    EXPECT_TRUE(host.breaches().empty());
  }
}

TEST_F(InstalledSdk, BuildsProvidersThatConform) {
  for (const char* compiler : {TEST_CXX_COMPILERS}) {
    const std::string library = build("provider", compiler);
    expect_conforms(library);
    chela::testing::Library loaded(library);
    chela::testing::FakeHost host(loaded.entry());
    host.up();
    chela::testing::ScriptedResponse response;
    response.pieces = {"Hel", "lo"};
    host.http().script(response);
    auto completion =
        host.complete(R"({"baseUrl":"https://example.com/"})", "m", {R"({"role":"user","content":"Hi"})"});
    EXPECT_EQ(completion->answer().text, "Hello");
    EXPECT_EQ(completion->outcome().text, "stop");
  }
}

// As their authors do: against the SDK as it is installed, each with its test.
TEST_F(InstalledSdk, BuildsTheExamplesWithTheirTests) {
  int examples = 0;
  for (const auto& folder : fs::directory_iterator(source_dir() / "plugin-sdk" / "examples")) {
    if (!folder.is_directory()) continue;
    ++examples;
    for (const std::string compiler : {TEST_CXX_COMPILERS}) {
      const std::string name = folder.path().filename().string() + "-" + fs::path(compiler).filename().string();
      const std::string build = (root_ / "examples" / name).string();
      expect_runs(TEST_CMAKE " -S " + folder.path().string() + " -B " + build + " -DCMAKE_CXX_COMPILER=" + compiler +
                  " -DCMAKE_PREFIX_PATH=" + prefix() + " -DCMAKE_CXX_FLAGS='-Wall -Wextra -pedantic -Werror'");
      expect_runs(TEST_CMAKE " --build " + build);
      expect_runs(TEST_CMAKE " --build " + build + " --target test");
      for (const auto& plugin : fs::directory_iterator(build + "/plugins"))
        expect_conforms((plugin.path() / (plugin.path().filename().string() + ".so")).string());
    }
  }
  EXPECT_GE(examples, 7);
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(SdkReadme, ShowsTheTemplateAsItIsBuilt) {
  const fs::path sdk = source_dir() / "plugin-sdk";
  const std::string readme = read(sdk / "README.md");
  for (const char* file : {"greeter.cpp", "chela.plugin.json", "CMakeLists.txt"}) {
    const std::string text = read(sdk / "template/tool" / file);
    ASSERT_FALSE(text.empty()) << file;
    EXPECT_NE(readme.find("\n" + text + "```"), std::string::npos) << file;
  }
}

}  // namespace
}  // namespace chela
