#include <stdexcept>

#include "chela/testing/fake_host.hpp"

extern "C" const chela_entry chela_plugin_entry;

namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);  // ends the test
}

std::string rolled(const char* config) {
  chela::testing::FakeHost host(chela_plugin_entry);
  host.up(config);
  const std::string sum = host.run_tool("roll", R"({"sides":6,"count":10})")->outcome().text;
  expect(host.breaches().empty(), "the rules of the ABI are kept");
  return sum;
}

}  // namespace

int main() {
  const int sum = std::stoi(rolled("{}"));
  expect(sum >= 10 && sum <= 60, "ten dice show 10 to 60");
  expect(rolled(R"({"seed":7})") == rolled(R"({"seed":7})"), "a seed repeats itself");
  chela::testing::FakeHost host(chela_plugin_entry);
  host.up();
  expect(host.run_tool("roll", R"({"sides":1})")->outcome().status == CHELA_INVALID_ARGUMENT, "a die has two sides");
}
