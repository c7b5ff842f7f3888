#ifndef CHELA_TESTING_LOOP_WATCH_HPP
#define CHELA_TESTING_LOOP_WATCH_HPP
// How long the calls took that a host made on its loop: a plugin must return within a few milliseconds.

#include <chrono>
#include <cstdint>
#include <string>

namespace chela {
namespace testing {

class LoopWatch {
 public:
  // Runs `call`, a call into the plugin named `function`, and keeps its time when it is the longest yet.
  template <class Call>
  auto watch(const char* function, Call&& call) {
    const Timed timed(*this, function);
    return call();
  }
  const std::string& slowest() const { return slowest_; }
  std::uint64_t slowest_ms() const { return slowest_ms_; }

 private:
  struct Timed {
    Timed(LoopWatch& owner, const char* name) : watch(owner), function(name) {}
    ~Timed() {
      const auto time = std::chrono::steady_clock::now() - begin;
      const auto time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
      if (static_cast<std::uint64_t>(time_ms) < watch.slowest_ms_) return;
      watch.slowest_ms_ = static_cast<std::uint64_t>(time_ms);
      watch.slowest_ = function;
    }
    LoopWatch& watch;
    const char* function;
    const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  };

  std::string slowest_;
  std::uint64_t slowest_ms_ = 0;
};

}  // namespace testing
}  // namespace chela
#endif
