#pragma once

// Threads of one plugin for tools that block: at most four, made when needed. Not libuv's pool: its four threads read
// Node's files and look up its names, and both process.exit() and the end of a worker thread wait for it, so that
// one tool that hangs would stop the whole process.

#include <chrono>
#include <functional>
#include <memory>

namespace chela::addon {

// Loop thread only.
class Workers {
 public:
  Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();  // what waits is dropped, what runs goes on

  // `work` runs on a thread, in order of arrival as threads become free.
  void run(std::function<void()> work);
  // Whether nothing runs or waits, after at most `patience`.
  bool idle(std::chrono::milliseconds patience = {}) const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace chela::addon
