#include <stdexcept>

#include "chela/testing/fake_calls.hpp"

extern "C" const chela_entry chela_plugin_entry;

namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);  // ends the test
}

}  // namespace

int main() {
  using chela::testing::run_command;
  chela::testing::FakeHost host(chela_plugin_entry);
  host.up();
  const std::string side = run_command(host, "flip", "")->outcome().text;
  expect(side == "heads" || side == "tails", "a coin has two sides");
  const std::string choice = run_command(host, "flip", " tea , cake ")->outcome().text;
  expect(choice == "**tea**" || choice == "**cake**", "one of the two is picked");
  expect(run_command(host, "flip", "tea")->outcome().status == CHELA_INVALID_ARGUMENT, "one is no choice");
  host.stop();
  expect(host.breaches().empty(), "the rules of the ABI are kept");
}
