// How many skills a second one core loads from the page cache, and what a kept one takes.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "kernel/runtime/skills/discovery.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kSkills = 2'000;
constexpr std::size_t kBodyBytes = 6'000;  // the median of published skills is 4,200, their mean 6,500

// CHELA_SKILLS_DIR has real ones; without it they are made up, in the size and form of the usual one.
std::string root_of(const TemporaryDirectory& directory) {
  if (const char* given = std::getenv("CHELA_SKILLS_DIR")) return given;
  for (std::size_t i = 0; i < kSkills; ++i) {
    auto name = "skill-" + std::to_string(i);
    std::filesystem::create_directories(directory / name);
    std::ofstream(directory / name / "SKILL.md")
        << "---\nname: " << name
        << "\ndescription: Search, read and write things of a service. Use when the user asks for "
        << "something that the service knows, or wants to change it there.\nhomepage: https://example.com/" << name
        << "\nmetadata: {\"openclaw\":{\"emoji\":\"*\",\"requires\":{\"bins\":[\"curl\",\"jq\"],\"env\":[\"TOKEN\"]},"
        << "\"primaryEnv\":\"TOKEN\",\"install\":[{\"id\":\"b\",\"kind\":\"brew\",\"formula\":\"jq\",\"bins\":[\"jq\"]}"
           "]}}\n---\n# Title\n"
        << std::string(kBodyBytes, 'x');
  }
  return directory.path();
}

void load(benchmark::State& state) {
  TemporaryDirectory directory;
  DiscoverySettings settings;
  settings.limits = {.candidates_max = 100'000, .skills_max = 100'000};
  Root root{root_of(directory), Source::workspace};
  std::size_t count = 0, bytes = 0;
  for (auto _ : state) {
    auto before = ::mallinfo2().uordblks;
    auto set = load_skills({root}, settings);
    set.diagnostics.clear();
    bytes = ::mallinfo2().uordblks - before;
    count = set.skills.size();
    state.SetItemsProcessed(state.items_processed() + static_cast<std::int64_t>(count));
    benchmark::DoNotOptimize(set);
  }
  state.counters["bytes_a_skill"] = static_cast<double>(bytes) / static_cast<double>(std::max<std::size_t>(count, 1));
}
BENCHMARK(load)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace chela::runtime::skills

BENCHMARK_MAIN();
