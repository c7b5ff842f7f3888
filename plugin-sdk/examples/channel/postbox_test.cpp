#include <stdexcept>

#include "chela/testing/fake_channel.hpp"

extern "C" const chela_entry chela_plugin_entry;

namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);  // ends the test
}

}  // namespace

int main() {
  namespace testing = chela::testing;
  testing::FakeHost host(chela_plugin_entry);
  host.up();
  const testing::AccountAsk account{"postbox", "default", R"({"token":"0123456789abcdef"})"};
  expect(!testing::connect(host, {"postbox"})->outcome().ok(), "an account needs a token");
  expect(testing::connect(host, account)->outcome().ok(), "with one it connects");

  testing::RouteAsk letter{"POST", "/postbox", "/postbox", R"({"id":"7","from":"ada","text":"Hello"})"};
  expect(testing::request(host, letter)->status() == 401, "letters of strangers are refused");
  letter.headers = {{"x-token", "0123456789abcdef"}};
  expect(testing::request(host, letter)->status() == 200, "a letter that is stored is acknowledged");
  expect(host.inbound().messages().at(0).message_id == "7", "it has its own id");
  host.inbound().answer_with(CHELA_UNAVAILABLE);
  expect(testing::request(host, letter)->status() == 503, "one that is not stored comes again");

  host.http().script({200, {}, {R"({"id":"8"})"}, CHELA_OK, ""});
  auto sent = testing::send(host, {"postbox", "default", "ada", "Hi"});
  expect(sent->outcome().text == R"({"messageId":"8"})", "it is sent");
  host.http().script({429, {}, {}, CHELA_OK, ""});
  expect(testing::send(host, {"postbox", "default", "ada", "Hi"})->retry_after_ms() == 60'000, "it may be tried again");
  testing::disconnect(host, account);
  expect(!testing::send(host, {"postbox", "default", "ada", "Hi"})->outcome().ok(), "nothing leaves afterwards");
  host.stop();
  expect(host.breaches().empty(), "the rules of the ABI are kept");
}
