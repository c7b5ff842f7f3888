#include "chela/channel.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "chela/plugin.hpp"
#include "chela/testing/fake_channel.hpp"

namespace {

namespace testing_kit = chela::testing;

template <class T>
constexpr chela_entry kEntry = {sizeof(chela_entry), 1, 1, "test", "1.0.0", &chela::detail::create<T>};

// Repeats what it is to send as if it had arrived, on a thread of its own when the text says so.
class Echo {
 public:
  explicit Echo(chela::Host host) : host_(host) {}

  void connect(chela::ChannelAccount account, chela::ChannelCall call) {
    if (account.settings == "{}") throw chela::Failure(CHELA_INVALID_ARGUMENT, "there are no settings");
    host_.inbound().state(account.channel, account.account, R"({"connected":true})");
    call.complete(R"({"running":true})");
  }
  void disconnect(chela::ChannelAccount, chela::ChannelCall) {}  // drops the call
  void send(chela::ChannelMessage message, chela::ChannelCall call) {
    chela::InboundMessage echo;
    echo.channel = message.channel;
    echo.message_id = message.idempotency_key;
    echo.peer = message.to;
    echo.text = message.text;
    auto receive = [this, echo, call = std::make_shared<chela::ChannelCall>(std::move(call))] {
      host_.inbound().receive(echo, [call](chela_status status, std::string_view text) {
        if (status == CHELA_OK) return void(call->complete("{}"));
        call->fail(status, text, 250);
      });
    };
    if (message.text == "elsewhere") return std::thread(receive).join();
    receive();
  }
  void typing(chela::ChannelMessage message, bool on) {
    if (on) typing_in_.push_back(message.to);
  }
  static inline std::vector<std::string> typing_in_;

 private:
  chela::Host host_;
};

class ChannelTest : public ::testing::Test {
 protected:
  ChannelTest() { host.up(); }
  testing_kit::Outcome send(std::string text) {
    return testing_kit::send(host, {"echo", "default", "ada", std::move(text)})->outcome();
  }
  testing_kit::FakeHost host{kEntry<Echo>};
};

TEST_F(ChannelTest, ConnectsOrSaysWhyNot) {
  EXPECT_EQ(testing_kit::connect(host, {"echo"})->outcome().text, "there are no settings");
  EXPECT_TRUE(testing_kit::connect(host, {"echo", "default", R"({"a":1})"})->outcome().ok());
  EXPECT_EQ(host.inbound().states().at(0).state, R"({"connected":true})");
  EXPECT_FALSE(testing_kit::lists_accounts(host));
}

TEST_F(ChannelTest, CompletesWhatItsAuthorDrops) {
  EXPECT_EQ(testing_kit::disconnect(host, {"echo"})->outcome().status, CHELA_INTERNAL);
}

TEST_F(ChannelTest, HandsOverFromAnyThreadAndHearsOfIt) {
  EXPECT_TRUE(send("here").ok());
  EXPECT_TRUE(send("elsewhere").ok());
  ASSERT_EQ(host.inbound().messages().size(), 2u);
  EXPECT_EQ(host.inbound().messages()[1].peer, "ada");
  host.inbound().answer_with(CHELA_UNAVAILABLE);
  auto again = testing_kit::send(host, {"echo", "default", "ada", "again"});
  EXPECT_EQ(again->outcome().status, CHELA_UNAVAILABLE);
  EXPECT_EQ(again->retry_after_ms(), 250u);
  host.inbound().refuse_with(CHELA_EXHAUSTED);
  EXPECT_EQ(send("refused").status, CHELA_EXHAUSTED);
}

TEST_F(ChannelTest, EndsWhatIsOpenAtAStop) {
  host.inbound().hold(true);
  auto open = testing_kit::send(host, {"echo", "default", "ada", "late"});
  EXPECT_FALSE(open->completed());
  host.stop();
  EXPECT_EQ(open->outcome().status, CHELA_UNAVAILABLE);
  host.destroy();
  EXPECT_TRUE(host.breaches().empty());
}

TEST_F(ChannelTest, CancelsOneCall) {
  host.inbound().hold(true);
  auto open = testing_kit::send(host, {"echo", "default", "ada", "one"});
  auto other = testing_kit::send(host, {"echo", "default", "ada", "other"});
  testing_kit::cancel(host, *open);
  EXPECT_EQ(open->outcome().status, CHELA_CANCELLED);
  EXPECT_FALSE(other->completed());
}

TEST_F(ChannelTest, ShowsTyping) {
  testing_kit::show_typing(host, {"echo", "default", "ada"}, true);
  EXPECT_EQ(Echo::typing_in_, std::vector<std::string>{"ada"});
}

}  // namespace
