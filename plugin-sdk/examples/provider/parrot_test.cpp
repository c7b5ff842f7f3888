#include <stdexcept>

#include "chela/testing/fake_host.hpp"

extern "C" const chela_entry chela_plugin_entry;

namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);  // ends the test
}

}  // namespace

int main() {
  chela::testing::FakeHost host(chela_plugin_entry);
  host.up();
  auto completion = host.complete("{}", "parrot", {R"({"role":"user","content":"pretty polly"})",
                                                    R"({"role":"assistant","content":"yes"})"});
  expect(completion->answer().text == "pretty polly", "it repeats the person, not itself");
  expect(completion->outcome().text == "stop", "it stops");
  auto models = host.list_models("{}");
  expect(models->answer().text.find("parrot") != std::string::npos, "it names its model");
  host.stop();
  expect(host.breaches().empty(), "the rules of the ABI are kept");
}
