#include <mutex>
#include <random>

#include "chela/json.hpp"
#include "chela/plugin.hpp"

namespace {

class Dice {
 public:
  explicit Dice(chela::Host host) : host_(host) {}

  void configure(std::string_view json) {
    chela::JsonReader config(json, "configuration");
    random_.seed(config.find<std::uint32_t>("seed", std::random_device()()));
    config.finish();
  }

  chela::ToolTable<Dice> tools() { return {{"roll", &Dice::roll}}; }

 private:
  // On a worker, maybe several at once.
  std::string roll(const chela::ToolRequest& request) {
    chela::JsonReader arguments(request.arguments, "arguments");
    const int sides = arguments.get<int>("sides");
    const int count = arguments.find<int>("count", 1);
    if (sides < 2 || count < 1 || count > 100) throw chela::Failure(CHELA_INVALID_ARGUMENT, "no such dice");
    std::uniform_int_distribution<int> die(1, sides);
    int sum = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (int i = 0; i < count; ++i) sum += die(random_);
    }
    host_.log().debug("rolled " + std::to_string(sum));
    return std::to_string(sum);
  }

  chela::Host host_;
  std::mutex mutex_;  // guards random_
  std::mt19937 random_;
};

}  // namespace

CHELA_PLUGIN(Dice, "dice", "1.0.0")
