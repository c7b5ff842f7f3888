#include "kernel/core/plugins/inbound_receipts.hpp"

#include <thread>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A plugin's listener that keeps what it is told.
struct Told {
  chela_inbound_listener listener{sizeof(chela_inbound_listener), this,
                                  [](const chela_inbound_listener* l, chela_status status, chela_str text) {
                                    auto& self = *static_cast<Told*>(l->context);
                                    self.statuses.push_back(status);
                                    self.text = from_abi(text);
                                  }};
  std::vector<chela_status> statuses;
  std::string text;
};

class InboundReceiptsTest : public PluginTest {
 protected:
  void SetUp() override {
    door.receive = [this](const Manifest& by, ReceivedMessage message, auto stored) {
      EXPECT_TRUE(loop.on_loop_thread());
      EXPECT_EQ(by.id, "chat");
      received.push_back(std::move(message));
      answers.push_back(std::move(stored));
    };
    door.state = [this](const Manifest&, const std::string& channel, const std::string& account,
                        const std::string& state) { states.push_back(channel + " " + account + " " + state); };
    manifest.id = "chat";
    receipts = std::make_shared<InboundReceipts>(loop, manifest, door);
  }
  static chela_inbound_message message(std::string_view text) {
    return {sizeof(chela_inbound_message), to_abi("chat"), to_abi("default"), to_abi("m1"), to_abi("ann"), {},
            to_abi("ann"), to_abi(text), to_abi("{}")};
  }

  Manifest manifest;
  InboundDoor door;
  std::shared_ptr<InboundReceipts> receipts;
  std::vector<ReceivedMessage> received;
  std::vector<std::move_only_function<void(Result<void>)>> answers;
  std::vector<std::string> states;
};

TEST_F(InboundReceiptsTest, HandOverFromAnyThreadAndTellOnce) {
  Told told;
  std::thread([&] {
    auto given = message("hello \xff");
    EXPECT_TRUE(receipts->receive(given, &told.listener));
  }).join();
  run_until([&] { return received.size() == 1; });
  EXPECT_EQ(received[0].text, "hello \xEF\xBF\xBD");
  EXPECT_TRUE(told.statuses.empty());
  answers[0]({});
  EXPECT_THAT(told.statuses, ElementsAre(CHELA_OK));
  receipts->close();
  EXPECT_EQ(told.statuses.size(), 1u);
}

TEST_F(InboundReceiptsTest, SayWhyAMessageIsNotStored) {
  Told told;
  auto given = message("hello");
  ASSERT_TRUE(receipts->receive(given, &told.listener));
  run_until([&] { return received.size() == 1; });
  answers[0](fail(ErrorCode::denied, "not you"));
  EXPECT_THAT(told.statuses, ElementsAre(CHELA_DENIED));
  EXPECT_EQ(told.text, "not you");
}

TEST_F(InboundReceiptsTest, TellThoseThatWaitWhenThePluginIsStopped) {
  Told told, late;
  auto given = message("hello");
  ASSERT_TRUE(receipts->receive(given, &told.listener));
  run_until([&] { return received.size() == 1; });
  receipts->close();
  EXPECT_THAT(told.statuses, ElementsAre(CHELA_UNAVAILABLE));
  answers[0]({});
  EXPECT_EQ(told.statuses.size(), 1u);
  EXPECT_EQ(receipts->receive(given, &late.listener).error().code, ErrorCode::unavailable);
}

TEST_F(InboundReceiptsTest, RefuseWhatIsTooMuchOrTooShort) {
  Told told;
  auto given = message("x");
  for (std::size_t i = 0; i < InboundReceipts::kOpenMax; ++i) ASSERT_TRUE(receipts->receive(given, &told.listener));
  EXPECT_EQ(receipts->receive(given, &told.listener).error().code, ErrorCode::exhausted);
  receipts->close();
  receipts = std::make_shared<InboundReceipts>(loop, manifest, door);
  const std::string much(InboundReceipts::kMessageBytesMax, 'x');
  EXPECT_EQ(receipts->receive(message(much), &told.listener).error().code, ErrorCode::too_large);
  EXPECT_FALSE(receipts->receive(given, nullptr));
  given.struct_size = 8;
  EXPECT_THAT(receipts->receive(given, &told.listener).error().message, HasSubstr("too short"));
}

TEST_F(InboundReceiptsTest, TellStates) {
  receipts->tell_state(to_abi("chat"), to_abi("default"), to_abi("{}"));
  settle();
  EXPECT_THAT(states, ElementsAre("chat default {}"));
}

}  // namespace
}  // namespace chela::plugins
