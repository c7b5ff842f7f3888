#include <stdexcept>

#include "chela/testing/fake_calls.hpp"

extern "C" const chela_entry chela_plugin_entry;

namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);  // ends the test
}

}  // namespace

int main() {
  using chela::testing::call_function;
  chela::testing::FakeHost host(chela_plugin_entry);
  host.up(R"({"notesMax":2})");
  call_function(host, {"memory", "notes", "add", R"(["herons fish"])"});
  call_function(host, {"memory", "notes", "add", R"(["swifts fly"])"});
  auto added = call_function(host, {"memory", "notes", "add", R"(["herons fly"])"});
  expect(added->outcome().text == "2", "the oldest note goes");
  auto found = call_function(host, {"memory", "notes", "search", R"(["fly",{"limit":1}])"});
  expect(found->outcome().text == R"([{"text":"herons fly"}])", "the newest comes first");
  auto odd = call_function(host, {"memory", "notes", "search", "[1]"});
  expect(odd->outcome().status == CHELA_INVALID_ARGUMENT, "odd arguments are refused");
  auto missing = call_function(host, {"memory", "notes", "explode"});
  expect(missing->outcome().status == CHELA_NOT_FOUND, "there is no such function");
  auto cleared = call_function(host, {"memory", "notes", "clear"});
  expect(cleared->outcome().ok() && cleared->outcome().text.empty(), "it has no value");
  host.stop();
  expect(host.breaches().empty(), "the rules of the ABI are kept");
}
