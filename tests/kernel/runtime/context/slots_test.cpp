#include "kernel/runtime/context/slots.hpp"

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SlotsTest : public plugins::PluginTest {
 protected:
  Slots fill(std::string_view provides, const SlotRules& rules) {
    auto& acme = plugin("acme");
    write_manifest(acme, fmt::format(R"("provides": [{}])", provides));
    open({&acme});
    return fill_slots(*set, rules);
  }
};

TEST_F(SlotsTest, TakeTheMemoryThatTheOperatorNames) {
  auto slots = fill(R"({"kind": "memory", "id": "notes"})", {.memory = "acme"});
  ASSERT_EQ(slots.prompt_sections.size(), 1u);
  EXPECT_EQ(slots.prompt_sections[0], (SlotHolder{"acme", "notes", "promptBuilder"}));
  EXPECT_THAT(slots.problems, IsEmpty());
}

TEST_F(SlotsTest, KnowTheWaysToRegisterASection) {
  auto slots = fill(R"(
      {"kind": "memory", "id": "capability/acme", "role": "capability", "functions": ["promptBuilder", "runtime.x"]},
      {"kind": "memory", "id": "flush_plan/acme", "role": "flush_plan", "functions": [""]},
      {"kind": "memory", "id": "prompt_preparation/acme", "role": "prompt_preparation", "functions": [""]},
      {"kind": "memory", "id": "prompt_section/acme", "role": "prompt_section", "functions": [""]})",
                    {.memory = "acme"});
  EXPECT_THAT(slots.prompt_sections, ElementsAre(SlotHolder{"acme", "capability/acme", "promptBuilder"},
                                                 SlotHolder{"acme", "prompt_preparation/acme", ""}));
}

TEST_F(SlotsTest, TakeTheFormerSectionWhereThereIsNoOther) {
  auto slots = fill(R"(
      {"kind": "memory", "id": "capability/acme", "role": "capability", "functions": ["flushPlanResolver"]},
      {"kind": "memory", "id": "prompt_section/acme", "role": "prompt_section"})", {.memory = "acme"});
  EXPECT_THAT(slots.prompt_sections, ElementsAre(SlotHolder{"acme", "prompt_section/acme", ""}));
}

TEST_F(SlotsTest, SayWhoIsNamedAndNotThere) {
  auto slots = fill(R"({"kind": "web_search", "id": "acme"})", {.memory = "gone", .context_engine = "acme"});
  EXPECT_THAT(slots.problems, ElementsAre(HasSubstr("the plugin gone, which is not installed"),
                                          HasSubstr("names acme, which offers no context engine")));
  EXPECT_FALSE(slots.engine);
}

TEST_F(SlotsTest, SayWhatIsOfferedAndNotUsed) {
  auto slots = fill(R"({"kind": "memory", "id": "notes"}, {"kind": "context_engine", "id": "dag"},
                       {"kind": "context_engine", "id": "compaction/x", "role": "compaction"})", {});
  EXPECT_THAT(slots.prompt_sections, IsEmpty());
  EXPECT_FALSE(slots.engine);
  EXPECT_THAT(slots.problems, ElementsAre(HasSubstr("until plugins.slots.memory is \"acme\""),
                                          HasSubstr("until plugins.slots.contextEngine is \"dag\"")));
}

TEST_F(SlotsTest, AreQuietWhereTheOperatorWantsNone) {
  auto slots = fill(R"({"kind": "memory", "id": "notes"}, {"kind": "context_engine", "id": "dag"})",
                    {.memory = "none", .context_engine = "legacy"});
  EXPECT_THAT(slots.problems, IsEmpty());
  EXPECT_THAT(slots.prompt_sections, IsEmpty());
  EXPECT_FALSE(slots.engine);
}

TEST_F(SlotsTest, FindAnEngineByItsIdAndByItsPlugin) {
  const auto* provides = R"({"kind": "context_engine", "id": "dag"})";
  auto slots = fill(provides, {.context_engine = "dag"});
  EXPECT_EQ(slots.engine, (SlotHolder{"acme", "dag", ""}));
  EXPECT_EQ(fill_slots(*set, {.context_engine = "acme"}).engine, slots.engine);
}

TEST_F(SlotsTest, LeaveOutWhoMayAddNothingToPrompts) {
  auto slots = fill(R"({"kind": "memory", "id": "notes"})", {.memory = "acme", .no_prompts = {"acme"}});
  EXPECT_THAT(slots.prompt_sections, IsEmpty());
  EXPECT_THAT(slots.problems, IsEmpty());
}

}  // namespace
}  // namespace chela::runtime
