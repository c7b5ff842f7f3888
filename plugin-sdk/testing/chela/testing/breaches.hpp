#ifndef CHELA_TESTING_BREACHES_HPP
#define CHELA_TESTING_BREACHES_HPP
// The rules of the ABI that a plugin broke while a fake host watched it. Any thread.

#include <algorithm>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace chela {
namespace testing {

class Breaches {
 public:
  void add(std::string rule) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (std::find(rules_.begin(), rules_.end(), rule) == rules_.end()) rules_.push_back(std::move(rule));
  }
  std::vector<std::string> all() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return rules_;
  }
  bool empty() const { return all().empty(); }

  // Notes a call tagged [loop] that comes from another thread than the one that made this object.
  void expect_loop(const char* function) {
    if (std::this_thread::get_id() != loop_)
      add(std::string(function) + " is [loop] and was called from another thread");
  }
  bool on_loop() const { return std::this_thread::get_id() == loop_; }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> rules_;
  const std::thread::id loop_ = std::this_thread::get_id();
};

}  // namespace testing
}  // namespace chela
#endif
