#include <random>
#include <vector>

#include "chela/plugin.hpp"

namespace {

// "/flip" answers heads or tails, "/flip tea, cake" one of those.
class Flip {
 public:
  explicit Flip(chela::Host) {}

  void run_command(chela::CommandRequest request, chela::CommandCall call) {
    const std::vector<std::string> choices = split(request.arguments);
    if (choices.size() == 1) throw chela::Failure(CHELA_INVALID_ARGUMENT, "there is nothing to choose from");
    if (choices.empty()) {
      call.complete(pick(2) == 0 ? "heads" : "tails");
    } else {
      call.complete("**" + choices[pick(choices.size())] + "**");
    }
  }

 private:
  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      const std::size_t first = text.find_first_not_of(' ', begin);
      if (first < end) out.push_back(text.substr(first, text.find_last_not_of(' ', end - 1) + 1 - first));
      begin = end + 1;
    }
    return out;
  }

  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

  std::mt19937 random_{std::random_device()()};
};

}  // namespace

CHELA_PLUGIN(Flip, "flip", "1.0.0")
