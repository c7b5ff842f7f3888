// From the call to the end of a program that does nothing: plain, and caged.

#include <benchmark/benchmark.h>

#include "kernel/core/cage/child.hpp"
#include "kernel/core/loop/loop.hpp"

namespace chela::cage {
namespace {

void start_and_end(benchmark::State& state, Level level, bool with_cgroups) {
  Loop loop;
  CgroupPlace place = with_cgroups ? prepare_cgroups() : CgroupPlace{};
  for (auto _ : state) {
    ChildRequest request;
    request.command = {"/usr/bin/true"};
    request.policy.level = level;
    request.cgroups = place;
    request.on_exit = [&](const ChildExit& exit) {
      if (exit.exit_code != 0) state.SkipWithError("the program failed");
      loop.stop();
    };
    auto child = Child::start(loop, std::move(request));
    if (!child) return state.SkipWithError(child.error().message.c_str());
    loop.run();
  }
}

BENCHMARK_CAPTURE(start_and_end, plain, Level::none, false)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(start_and_end, limited, Level::none, true)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(start_and_end, caged, Level::sandbox, true)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace chela::cage

BENCHMARK_MAIN();
