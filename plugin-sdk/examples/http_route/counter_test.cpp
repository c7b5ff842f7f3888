#include <stdexcept>

#include "chela/testing/fake_calls.hpp"

extern "C" const chela_entry chela_plugin_entry;

namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);  // ends the test
}

}  // namespace

int main() {
  chela::testing::FakeHost host(chela_plugin_entry);
  host.up();
  auto first = chela::testing::request(host, {"GET", "/counter", "/counter/tea?x=1"});
  expect(first->status() == 200 && first->body() == "tea: 1\n", "the first visit is counted");
  auto second = chela::testing::request(host, {"GET", "/counter", "/counter/tea"});
  expect(second->body() == "tea: 2\n", "the second, too");
  auto passed = chela::testing::request(host, {"GET", "/counter", "/counter"});
  expect(passed->outcome().status == CHELA_NOT_FOUND, "the prefix itself is nobody's");
  auto posted = chela::testing::request(host, {"POST", "/counter", "/counter/tea"});
  expect(posted->status() == 405, "only GET counts");
  auto all = chela::testing::request(host, {"GET", "/counter-admin", "/counter-admin"});
  expect(all->body() == "tea: 2\n" && all->outcome().ok(), "the operator sees the counts");
  host.stop();
  expect(host.breaches().empty(), "the rules of the ABI are kept");
}
