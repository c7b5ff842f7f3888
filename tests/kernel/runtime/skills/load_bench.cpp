// What skills cost on one core, their files in the page cache: parsing, loading, starting from the index, a reload, and
// what a kept one takes.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/discovery.hpp"
#include "kernel/runtime/skills/index_file.hpp"
#include "kernel/runtime/skills/inspect.hpp"
#include "kernel/runtime/skills/shelf.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSkills = 7'000;
constexpr std::size_t kBodyBytes = 6'000;  // the median of published skills is 4,200, their mean 6,500

// CHELA_SKILLS_DIR has real ones; without it they are made up, in the size and form of the usual one.
class Corpus {
 public:
  explicit Corpus(std::size_t count) {
    settings.discovery.limits = {.candidates_max = 100'000, .skills_max = 100'000};
    settings.watch = false;
    const char* given = std::getenv("CHELA_SKILLS_DIR");
    settings.roots = {{given ? given : (directory / "root").string(), Source::workspace}};
    for (std::size_t i = 0; !given && i < count; ++i) add(i);
  }

  void add(std::size_t number) {
    auto name = "skill-" + std::to_string(number);
    auto folder = directory / "root" / name;
    fs::create_directories(folder);
    std::ofstream(folder / "SKILL.md")
        << "---\nname: " << name
        << "\ndescription: Search, read and write things of a service. Use when the user asks for "
        << "something that the service knows, or wants to change it there.\nhomepage: https://example.com/" << name
        << "\nmetadata: {\"openclaw\":{\"emoji\":\"*\",\"requires\":{\"bins\":[\"curl\",\"jq\"],\"env\":[\"TOKEN\"]},"
        << "\"primaryEnv\":\"TOKEN\",\"install\":[{\"id\":\"b\",\"kind\":\"brew\",\"formula\":\"jq\",\"bins\":[\"jq\"]}"
           "]}}\n---\n# Title\n"
        << std::string(kBodyBytes, 'x');
  }

  TemporaryDirectory directory;
  LibrarySettings settings;
};

void count_skills(benchmark::State& state, std::size_t count) {
  state.SetItemsProcessed(state.items_processed() + static_cast<std::int64_t>(count));
}

// The block alone, from memory.
void parse(benchmark::State& state) {
  Corpus corpus(500);
  std::vector<std::string> texts;
  for (const auto& directory : skill_directories(corpus.settings.roots[0].directory)) {
    if (auto text = platform::read_file(directory + "/SKILL.md", kSkillFileBytesMax)) texts.push_back(std::move(*text));
  }
  std::string storage;
  for (auto _ : state) {
    for (const auto& text : texts) benchmark::DoNotOptimize(read_frontmatter(normalize_lines(text, storage)));
    count_skills(state, texts.size());
  }
}
BENCHMARK(parse)->Unit(benchmark::kMillisecond);

// Each directory by itself: what upstream's loader of single directories does.
void load_directories(benchmark::State& state) {
  Corpus corpus(2'000);
  auto directories = skill_directories(corpus.settings.roots[0].directory);
  ReadBuffer buffer;
  for (auto _ : state) {
    for (const auto& directory : directories)
      benchmark::DoNotOptimize(load_skill(directory, Source::workspace, {.refuse_hard_links = false}, buffer));
    count_skills(state, directories.size());
  }
}
BENCHMARK(load_directories)->Unit(benchmark::kMillisecond);

void load_whole_root(benchmark::State& state) {
  Corpus corpus(static_cast<std::size_t>(state.range(0)));
  std::size_t count = 0, bytes = 0;
  for (auto _ : state) {
    auto before = ::mallinfo2().uordblks;
    auto set = load_skills(corpus.settings.roots, corpus.settings.discovery);
    set.diagnostics.clear();
    bytes = ::mallinfo2().uordblks - before;
    count = set.skills.size();
    count_skills(state, count);
    benchmark::DoNotOptimize(set);
  }
  state.counters["bytes_a_skill"] = static_cast<double>(bytes) / static_cast<double>(std::max<std::size_t>(count, 1));
}
BENCHMARK(load_whole_root)->Arg(60)->Arg(kSkills)->Unit(benchmark::kMillisecond);

// A start with the index of the run before: everything is compared, nothing read.
void start_from_index(benchmark::State& state) {
  Corpus corpus(kSkills);
  corpus.settings.settle_time = {};
  auto file = corpus.directory / "index";
  auto terms = index_terms(corpus.settings);
  Shelf first;
  first.look(corpus.settings, {});
  if (!save_index(file, first, terms)) return state.SkipWithError("the index cannot be written");
  state.counters["index_bytes"] = static_cast<double>(fs::file_size(file));
  std::size_t read = 0, bytes = 0, count = 0;
  for (auto _ : state) {
    auto before = ::mallinfo2().uordblks;
    Shelf shelf;
    if (auto known = load_index(file, terms)) shelf.remember(std::move(*known));
    auto looked = shelf.look(corpus.settings, {});
    read = looked.files_read;
    count = looked.collection->set.skills.size();
    count_skills(state, count);
    bytes = ::mallinfo2().uordblks - before;
  }
  state.counters["files_read"] = static_cast<double>(read);
  state.counters["bytes_a_skill"] = static_cast<double>(bytes) / static_cast<double>(std::max<std::size_t>(count, 1));
}
BENCHMARK(start_from_index)->Unit(benchmark::kMillisecond);

// One of many changed.
void reload_one(benchmark::State& state) {
  if (std::getenv("CHELA_SKILLS_DIR")) return state.SkipWithError("writes to its own skills only");
  Corpus corpus(kSkills);
  corpus.settings.settle_time = {};
  Shelf shelf;
  shelf.look(corpus.settings, {});
  std::size_t read = 0;
  for (auto _ : state) {
    state.PauseTiming();
    corpus.add(kSkills / 2);
    state.ResumeTiming();
    read = shelf.look(corpus.settings, {}).files_read;
  }
  state.counters["files_read"] = static_cast<double>(read);
}
BENCHMARK(reload_one)->Unit(benchmark::kMillisecond);

void write_the_index(benchmark::State& state) {
  Corpus corpus(kSkills);
  auto terms = index_terms(corpus.settings);
  Shelf shelf;
  shelf.look(corpus.settings, {});
  for (auto _ : state) benchmark::DoNotOptimize(save_index(corpus.directory / "index", shelf, terms));
}
BENCHMARK(write_the_index)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace chela::runtime::skills

BENCHMARK_MAIN();
