#include "kernel/runtime/channels/channels.hpp"

#include "tests/kernel/runtime/channels/channels_fixture.hpp"

namespace chela::runtime {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class AccountsTest : public ChannelsTest {
 protected:
  AccountStatus only() {
    auto list = channels->accounts().list();
    EXPECT_EQ(list.size(), 1u);
    return list.empty() ? AccountStatus{} : list.front();
  }
  void start() {
    on = {"chat"};
    channels->accounts().start();
    settle();
  }
};

TEST_F(AccountsTest, RunsThoseOfChannelsThatAreTurnedOn) {
  channels->accounts().start();
  settle();
  EXPECT_TRUE(channels->accounts().list().empty()) << "nothing is turned on";
  on = {"chat", "unknown"};
  settings = {{"accounts", {{"home", nlohmann::json::object()}, {"work", {{"enabled", false}}}}}};
  channels->accounts().look_again();
  run_until([&] { return !channel.calls.empty(); });
  settle();
  EXPECT_THAT(channel.calls, ElementsAre("connect home"));
  EXPECT_EQ(only().state, AccountState::running);
  EXPECT_EQ((*only().said)["connected"], true);
}

TEST_F(AccountsTest, TryAgainWithBackOff) {
  channel.connect_results = {CHELA_UNAVAILABLE, CHELA_UNAVAILABLE};
  start();
  run_until([&] { return channel.calls.size() == 1; });
  settle();
  EXPECT_EQ(only().state, AccountState::waiting);
  EXPECT_EQ(only().last_error, "no network");
  advance(std::chrono::milliseconds(1100));
  EXPECT_EQ(channel.calls.size(), 2u);
  advance(std::chrono::milliseconds(1100));
  EXPECT_EQ(channel.calls.size(), 2u) << "the second wait is longer";
  advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(channel.calls.size(), 3u);
  EXPECT_EQ(only().state, AccountState::running);
}

TEST_F(AccountsTest, GiveUpWhatOnlyAPersonCanMend) {
  channel.connect_results = {CHELA_INVALID_ARGUMENT};
  start();
  run_until([&] { return channel.calls.size() == 1; });
  advance(std::chrono::minutes(10));
  EXPECT_EQ(channel.calls.size(), 1u);
  EXPECT_EQ(only().state, AccountState::failed);
  channels->accounts().reconfigure("chat");
  settle();
  EXPECT_EQ(channel.calls.size(), 2u) << "the person has changed something";
}

TEST_F(AccountsTest, ConnectAnewWhatSaysThatItEnded) {
  start();
  run_until([&] { return channel.calls.size() == 1; });
  settle();
  channels->accounts().note_status("chat", "chat", "default", R"({"running":false,"lastError":"kicked"})");
  settle();
  EXPECT_THAT(channel.calls, ElementsAre("connect default", "disconnect default"));
  EXPECT_EQ(only().last_error, "kicked");
  advance(std::chrono::milliseconds(1100));
  EXPECT_THAT(channel.calls, ElementsAre("connect default", "disconnect default", "connect default"));
  EXPECT_EQ(only().restarts, 1u);
  channels->accounts().note_status("stranger", "chat", "default", R"({"running":false})");
  channels->accounts().note_status("chat", "chat", "default", "[]");
  settle();
  EXPECT_EQ(channel.calls.size(), 3u);
}

TEST_F(AccountsTest, EndWithTheirChannel) {
  start();
  run_until([&] { return channel.calls.size() == 1; });
  settle();
  on.clear();
  channels->accounts().look_again();
  settle();
  EXPECT_THAT(channel.calls, ElementsAre("connect default", "disconnect default"));
  EXPECT_TRUE(channels->accounts().list().empty());
}

using ChannelsSendTest = ChannelsTest;

TEST_F(ChannelsSendTest, SendsAndHandsBackTheReceipt) {
  auto receipt = await(channels->send({.channel = "chat", .to = "ann", .text = "ahoy"}));
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(*receipt, R"({"messageId":"id-1"})");
  ASSERT_EQ(channel.sent.size(), 1u);
  EXPECT_EQ(channel.sent[0].text, "ahoy");
  EXPECT_EQ(channel.sent[0].account, "default");
}

TEST_F(ChannelsSendTest, SaysWhatWentWrong) {
  auto nowhere = await(channels->send({.channel = "none", .to = "ann", .text = "x"}));
  EXPECT_EQ(nowhere.error().code, ErrorCode::not_found);
  EXPECT_EQ(await(channels->send({.channel = "chat", .to = "", .text = "x"})).error().code, ErrorCode::invalid_argument);
  channel.send_result = CHELA_UNAVAILABLE;
  EXPECT_EQ(await(channels->send({.channel = "chat", .to = "ann", .text = "x"})).error().message, "busy");
  channel.send_result = CHELA_INVALID_ARGUMENT;
  EXPECT_THAT(await(channels->send({.channel = "chat", .to = "ann", .text = "x"})).error().message,
              HasSubstr("no such person"));
  EXPECT_EQ(channels->totals().failed, 2u);
}

TEST_F(ChannelsSendTest, AnswersForAChannelThatDoesNot) {
  channel.hold = true;
  std::optional<Result<std::string>> out;
  loop.spawn("send", keep(channels->send({.channel = "chat", .to = "ann", .text = "x"}), out));
  run_until([&] { return channel.held != nullptr; });
  advance(std::chrono::seconds(61));
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->error().code, ErrorCode::timed_out);
  EXPECT_EQ(channel.cancelled.size(), 1u);
  channel.held->complete(channel.held, CHELA_OK, to_abi("{}"), 0);  // late
  settle();
}

TEST_F(ChannelsSendTest, AnswersMessagesOfNativeChannels) {
  script = {says("Hi Ann")};
  opened.push_back("agent:main:chat:direct:ann");
  std::vector<std::string> stored;
  for (int i = 0; i < 2; ++i) {
    channels->receive(message("hello"), [&](Result<void> r) { stored.push_back(r ? "stored" : r.error().message); });
  }
  run_until([&] { return channel.sent.size() == 1 && stored.size() == 2; });
  settle();
  EXPECT_THAT(stored, ElementsAre("stored", "stored"));
  ASSERT_EQ(channel.sent.size(), 1u);
  EXPECT_EQ(channel.sent[0].to, "ann");
  EXPECT_EQ(channel.sent[0].text, "Hi Ann");
  settings = {{"dmPolicy", "disabled"}};
  channels->receive(message("hello", "m2"), [&](Result<void> r) { stored.push_back(r ? "stored" : r.error().message); });
  settle();
  EXPECT_THAT(stored.back(), HasSubstr("disabled"));
}

}  // namespace
}  // namespace chela::runtime
