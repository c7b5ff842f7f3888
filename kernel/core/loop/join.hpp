#pragma once

// Runs several tasks side by side on the loop and waits for all. Loop thread only.

#include <optional>
#include <utility>
#include <vector>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/task.hpp"

namespace chela {

// The values in the order of `tasks`. Destroying the waiting task destroys all of them.
template <class T>
Task<std::vector<T>> join_all(std::vector<Task<T>> tasks) {
  struct State {
    std::vector<std::optional<T>> values;
    std::size_t pending = 0;
    Completion<bool> done;
  };
  State state;
  state.values.resize(tasks.size());
  state.pending = tasks.size();

  constexpr auto run_one = [](State& shared, std::size_t index, Task<T> task) -> Task<void> {
    shared.values[index].emplace(co_await std::move(task));
    if (--shared.pending == 0) shared.done.set(true);
  };
  std::vector<Task<void>> running;
  running.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) running.push_back(run_one(state, i, std::move(tasks[i])));
  for (auto& task : running) task.start();
  if (state.pending > 0) co_await state.done.wait();

  std::vector<T> values;
  values.reserve(state.values.size());
  for (auto& value : state.values) values.push_back(std::move(*value));
  co_return values;
}

}  // namespace chela
