// A turn that no plugin listens to, and without a memory, a context engine and skills, costs what it cost without these:
// counted in allocations of the loop's thread.

#include <algorithm>
#include <cstdlib>
#include <new>

#include "kernel/runtime/context/context_plugins.hpp"
#include "kernel/runtime/hooks/hooks.hpp"
#include "kernel/runtime/turn/skill_context.hpp"
#include "tests/kernel/runtime/runtime_fixture.hpp"
#include "tests/kernel/runtime/skills/skill_folders.hpp"
#include "tests/kernel/runtime/turn/seen_turn.hpp"

namespace {
thread_local std::size_t allocations = 0;
}

// NOLINTBEGIN: the program's own, for this count.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
// NOLINTEND

namespace chela::runtime {
namespace {

class UnhookedTurnTest : public RuntimeTest {
 protected:
  // The least of some turns, so that nothing counts that happens beside one.
  std::size_t cost_of_a_turn() {
    std::size_t least = SIZE_MAX;
    for (int i = 0; i < 5; ++i) least = std::min(least, count_one());
    return least;
  }
  std::size_t count_one() {
    auto with = environment();
    SeenTurn seen;
    std::optional<TurnResult> result;
    script = {calls({{"c1", "echo", R"({"text":"pong"})"}}), says("It is pong.")};
    TurnInput input{.id = "t1", .messages = {user_message("hello")}};
    auto before = allocations;
    loop.spawn("turn", keep(run_turn(with, std::move(input), seen, {}), result));
    run_until([&] { return result.has_value(); });
    return allocations - before;
  }
};

TEST_F(UnhookedTurnTest, CostsNothingMore) {
  auto without = cost_of_a_turn();
  Hooks hooks(loop, logger, *set);
  listening = &hooks;
  ContextPlugins context_of_plugins(loop, logger, *set);
  context_of_plugins.set_rules({.memory = "gone", .context_engine = "gone"});
  context_plugins = &context_of_plugins;
  skills::SkillFolders no_skills(loop);
  SkillContext context_of_skills({.loop = loop, .skills = no_skills.skills});
  skill_context = &context_of_skills;
  EXPECT_EQ(cost_of_a_turn(), without);
  listening = nullptr;
  context_plugins = nullptr;
  skill_context = nullptr;
  EXPECT_GT(without, 0u);
}

}  // namespace
}  // namespace chela::runtime
