// Durable appends against what the disk allows: each iteration times one bare append of 4 KB with fdatasync and one
// group of writes through the database, so that the noise of the disk is in both. `of_floor` is the ratio.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "kernel/core/loop/join.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/store/database.hpp"
#include "tests/paths.hpp"

namespace chela::store {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr Migration kSchema[] = {
    {"log", 1,
     "CREATE TABLE log(id INTEGER PRIMARY KEY, topic INTEGER, body TEXT); CREATE INDEX topics ON log(topic)"}};

class AppendedFile {
 public:
  explicit AppendedFile(const std::filesystem::path& file)
      : descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600)) {}
  ~AppendedFile() { ::close(descriptor_); }

  Seconds append() {
    auto start = std::chrono::steady_clock::now();
    if (::write(descriptor_, block_.data(), block_.size()) < 0 || fdatasync(descriptor_) != 0) std::abort();
    return std::chrono::steady_clock::now() - start;
  }

 private:
  int descriptor_;
  std::array<char, 4096> block_{};
};

Task<Result<void>> write_group(Loop& loop, Database& database, std::int64_t size) {
  std::vector<Task<Result<void>>> writes;
  for (std::int64_t i = 0; i < size; ++i) {
    writes.push_back(database.write<void>([i](Connection& connection) {
      return connection.run("appending", "INSERT INTO log(topic, body) VALUES (?1, ?2)", i, std::string(500, 'x'));
    }));
  }
  auto results = co_await join_all(std::move(writes));
  loop.stop();
  for (auto& result : results) CHELA_CO_CHECK(std::move(result));
  co_return Result<void>{};
}

void durable_append(benchmark::State& state) {
  auto directory = build_dir() / "store_bench";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  Loop loop;
  loop.on_task_error([&](const std::string&, const Error& error) { state.SkipWithError(error.message.c_str()); });
  auto database = Database::open(loop, {.path = directory / "bench.db", .writer = {}, .readers = {}}, kSchema);
  if (!database) return state.SkipWithError(database.error().message.c_str());
  AppendedFile floor(directory / "floor");
  Seconds floor_time{};
  Seconds group_time{};
  for (auto _ : state) {
    floor_time += floor.append();
    auto start = std::chrono::steady_clock::now();
    loop.spawn("group", write_group(loop, **database, state.range(0)));
    loop.run();
    Seconds elapsed = std::chrono::steady_clock::now() - start;
    group_time += elapsed;
    state.SetIterationTime(elapsed.count());
  }
  auto groups = static_cast<double>(state.iterations());
  auto stats = (*database)->stats();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["floor_us"] = floor_time.count() * 1e6 / groups;
  state.counters["of_floor"] = floor_time.count() / group_time.count();
  state.counters["jobs_per_commit"] =
      static_cast<double>(stats.jobs_committed) / static_cast<double>(stats.groups_committed);
  *database = nullptr;
  loop.drain(std::chrono::seconds(1));
  std::filesystem::remove_all(directory);
}

BENCHMARK(durable_append)->Arg(1)->Arg(32)->Arg(256)->UseManualTime()->Unit(benchmark::kMicrosecond)->MinTime(3);

}  // namespace
}  // namespace chela::store

BENCHMARK_MAIN();
