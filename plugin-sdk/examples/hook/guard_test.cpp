#include <stdexcept>

#include "chela/testing/fake_calls.hpp"

extern "C" const chela_entry chela_plugin_entry;

namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);  // ends the test
}

}  // namespace

int main() {
  using chela::testing::pass;
  chela::testing::FakeHost host(chela_plugin_entry);
  host.up(R"({"refuse":["exec"]})");
  auto refused = pass(host, "before_tool_call", R"({"toolName":"exec"})");
  expect(refused->outcome().text == R"({"block":true,"blockReason":"exec is not wanted here"})", "exec is refused");
  auto allowed = pass(host, "before_tool_call", R"({"toolName":"time"})");
  expect(allowed->outcome().ok() && allowed->outcome().text.empty(), "time may run");
  auto seen = pass(host, "after_tool_call", R"({"toolName":"time"})");
  expect(seen->outcome().ok() && host.log().back() == "time ran, number 1", "what ran is counted");
  host.stop();
  expect(host.breaches().empty(), "the rules of the ABI are kept");
}
