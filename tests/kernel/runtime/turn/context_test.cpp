#include "kernel/runtime/turn/context.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using testing::HasSubstr;
using testing::Not;

class ContextTest : public plugins::PluginTest {
 protected:
  std::string text() {
    auto message = await(context.system_message());
    auto json = nlohmann::json::parse(*message);
    EXPECT_EQ(json["role"], "system");
    return json["content"];
  }
  void write(const char* name, std::string_view content) {
    plugins::write_text(directory / "workspace" / name, content);
  }

  WorkspaceContext context{loop, directory / "workspace"};
};

TEST_F(ContextTest, SaysWhoItIsEvenWithoutAWorkspace) {
  EXPECT_THAT(text(), HasSubstr("personal assistant"));
  EXPECT_THAT(text(), Not(HasSubstr("# Files")));
}

TEST_F(ContextTest, ShowsTheFilesInTheirOrder) {
  write("USER.md", "about me");
  write("AGENTS.md", "  rules\n\n");
  write("OTHER.md", "nobody reads this");
  write("SOUL.md", "   \n");
  auto shown = text();
  EXPECT_THAT(shown, HasSubstr("## AGENTS.md\n\nrules\n\n## USER.md\n\nabout me"));
  EXPECT_THAT(shown, Not(HasSubstr("nobody reads this")));
  EXPECT_THAT(shown, Not(HasSubstr("SOUL.md")));
}

TEST_F(ContextTest, ReadsAgainWhatHasChanged) {
  write("AGENTS.md", "one");
  EXPECT_THAT(text(), HasSubstr("one"));
  auto first = await(context.system_message());
  EXPECT_EQ(await(context.system_message()), first) << "built once while nothing changes";
  write("AGENTS.md", "two!");
  EXPECT_THAT(text(), HasSubstr("two!"));
  std::filesystem::remove(directory / "workspace" / "AGENTS.md");
  EXPECT_THAT(text(), Not(HasSubstr("AGENTS.md")));
}

TEST_F(ContextTest, LongFilesAreCutAndOddOnesMentioned) {
  write("MEMORY.md", std::string(30'000, 'm'));
  write("TOOLS.md", "bad \xFF bytes");
  std::filesystem::create_directories(directory / "workspace" / "SOUL.md");
  auto shown = text();
  EXPECT_THAT(shown, HasSubstr("mmm\n\n(cut: the file is longer)"));
  EXPECT_EQ(std::ranges::count(shown, 'm') >= 20'000, true);
  EXPECT_LT(std::ranges::count(shown, 'm'), 20'100);
  EXPECT_THAT(shown, HasSubstr("bad \uFFFD bytes"));
  EXPECT_THAT(shown, HasSubstr("## SOUL.md\n\n(not readable: "));
}

}  // namespace
}  // namespace chela::runtime
