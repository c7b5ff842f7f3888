// What plugins in other processes ask, over a real connection: this side answers, the other one is the host process.

#include "kernel/app/host_answers.hpp"

#include <fstream>

#include "tests/kernel/app/app_fixture.hpp"
#include "tests/kernel/core/rpc/rpc_fixture.hpp"
#include "tests/kernel/runtime/channels/channels_fixture.hpp"

namespace chela::app {
namespace {

using runtime::calls;
using runtime::says;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

class HostAnswersTest : public runtime::ChannelsTest {
 protected:
  void SetUp() override {
    ChannelsTest::SetUp();
    request.environment = {{"CHELA_HOME", home.path().string()}, {"HOME", home.path().string()}};
    write("{channels: {chat: {enabled: true}}, plugins: {entries: {rich: {llm: {allowModelOverride: true, "
          "allowedModels: ['inside/other']}, hooks: {allowConversationAccess: true}}}}}");
    configuration.emplace(request, redactor);
    ASSERT_TRUE(configuration->load());
    answers.emplace(AnswerSources{loop, logger, *configuration, *set, *models, *sessions, *channels}, requests_table);
    kernel_side.answer = [this](rpc::Request asked) {
      const auto* answer = requests_table.who_answers(asked.method());
      ASSERT_TRUE(answer) << asked.method();
      (*answer)(manifest, std::move(asked));
    };
    rpc::SocketPair pair;
    kernel_peer.emplace(loop, kernel_side);
    host_peer.emplace(loop, host_side);
    ASSERT_TRUE(kernel_peer->open(pair.ends[0]));
    ASSERT_TRUE(host_peer->open(pair.ends[1]));
    manifest.id = "chat";
  }
  void TearDown() override {
    host_peer.reset();
    settle();
    ChannelsTest::TearDown();
    kernel_peer.reset();
    settle();
  }
  void write(std::string_view text) { std::ofstream(home / "chela.json") << text; }

  // Asks as the plugin; events are answered for as its deliveries.
  rpc::Outcome& begin(std::string method, Json params) {
    auto& outcome = outcomes.emplace_back();
    params["plugin"] = manifest.id;
    rpc::CallOptions options{.timeout = std::chrono::hours(1)};
    options.on_event = [this, call = outcomes.size()](std::string_view event) {  // calls are counted from 1
      auto read = Json::parse(event);
      events.push_back(read["type"].get<std::string>() + (read.contains("payload") ? " " + read["payload"]["text"].get<std::string>() : ""));
      if (read.value("awaited", false) && deliver) {
        note_delivered({{"call", call}, {"delivery", read["delivery"]}, {"error", delivery_error}});
      }
    };
    loop.spawn("ask", rpc::keep_call(*host_peer, std::move(method), params.dump(), std::move(options), outcome));
    return outcome;
  }
  void note_delivered(Json params) {
    params["plugin"] = manifest.id;
    (*requests_table.who_hears("turn.delivered"))(manifest, params.dump());
  }
  // The result, or the error's text.
  std::string ask(std::string method, Json params) {
    auto& outcome = begin(std::move(method), std::move(params));
    run_until([&] { return outcome.done; });
    return outcome.result ? *outcome.result : outcome.error();
  }
  static Json context(Json more = Json::object()) {
    Json out = {{"BodyForAgent", "hello"}, {"OriginatingChannel", "chat"}, {"OriginatingTo", "ann"}, {"SenderId", "ann"},
                {"MessageSid", "m1"}, {"SessionKey", "agent:main:chat:direct:ann"}};
    out.update(more);
    return out;
  }
  Json turn(Json more = Json::object()) {
    opened.push_back("agent:main:chat:direct:ann");
    return {{"context", context(std::move(more))}};
  }

  TemporaryDirectory home;
  config::LoadRequest request;
  std::optional<EffectiveConfig> configuration;
  remote::HostRequests requests_table;
  std::optional<HostAnswers> answers;
  plugins::Manifest manifest;
  rpc::Recorder kernel_side, host_side;
  std::optional<rpc::Peer> kernel_peer, host_peer;
  std::deque<rpc::Outcome> outcomes;
  std::vector<std::string> events;
  bool deliver = true;
  std::string delivery_error;
};

TEST_F(HostAnswersTest, RunATurnAndSayHowManyPiecesItHad) {
  script = {calls({{"c1", "echo", R"({"text":"x"})"}}, "One moment."), says("Done.")};
  EXPECT_EQ(ask("turn.run", turn()), R"({"queuedFinal":true,"counts":{"tool":0,"block":0,"final":2}})");
  EXPECT_THAT(events, ElementsAre("typing", "final One moment.", "final Done."));
  EXPECT_EQ(ask("turn.run", turn()), R"({"queuedFinal":false,"counts":{"tool":0,"block":0,"final":0}})") << "the same again";
}

TEST_F(HostAnswersTest, WaitUntilAPieceIsDelivered) {
  deliver = false;
  script = {calls({{"c1", "echo", R"({"text":"x"})"}}, "One moment."), says("Done.")};
  auto& outcome = begin("turn.run", turn());
  run_until([&] { return events.size() == 2; });
  settle();
  EXPECT_THAT(events, ElementsAre("typing", "final One moment."));
  note_delivered({{"call", 7}, {"delivery", 2}});
  note_delivered({{"call", 1}, {"delivery", 1}});
  settle();
  EXPECT_EQ(events.size(), 2u) << "another call, another piece";
  deliver = true;
  note_delivered({{"call", 1}, {"delivery", 2}, {"error", "no network"}});
  run_until([&] { return outcome.done; });
  EXPECT_THAT(log_lines->lines(), testing::Contains(HasSubstr("no network")));
  EXPECT_EQ(channels->totals().delivered, 1u);
}

TEST_F(HostAnswersTest, GoOnWithoutAPieceThatNobodyAnswersFor) {
  deliver = false;
  script = {says("Hi")};
  auto& outcome = begin("turn.run", turn());
  run_until([&] { return events.size() == 2; });
  advance(std::chrono::minutes(3));
  run_until([&] { return outcome.done; });
  EXPECT_TRUE(outcome.result);
}

TEST_F(HostAnswersTest, EndTheTurnOfAProcessThatIsGone) {
  begin("turn.run", turn());
  until_open();
  open_completion->text(open_completion, runtime::to_abi("half"));
  host_peer->close({ErrorCode::unavailable, "killed"});
  auto session = sessions->find_open("agent:main:chat:direct:ann");
  ASSERT_TRUE(session);
  until_idle(*session);
  EXPECT_THAT(transcript(*sessions, "agent:main:chat:direct:ann").dump(), HasSubstr(R"("status":"cancelled")"));
}

TEST_F(HostAnswersTest, KeepToTheChannelsOfThePlugin) {
  manifest.id = "stranger";
  EXPECT_THAT(ask("turn.run", turn()), HasSubstr("belongs to channel chat of plugin chat"));
  script = {says("Hi")};
  opened.push_back("agent:main:plugin:stranger:s1");
  ask("turn.run", {{"context", context({{"SessionKey", "s1"}})}});
  EXPECT_TRUE(sessions->find_open("agent:main:plugin:stranger:s1")) << "a key of its own, and no session of others";
  EXPECT_THAT(ask("turn.run", {{"context", "none"}}), HasSubstr("params.context"));
}

TEST_F(HostAnswersTest, SayNothingToThoseWhoMayNotTalk) {
  settings = {{"dmPolicy", "disabled"}};
  EXPECT_EQ(ask("turn.run", turn()), R"({"queuedFinal":false,"counts":{"tool":0,"block":0,"final":0}})");
  EXPECT_TRUE(requests.empty());
}

TEST_F(HostAnswersTest, CompleteWithTheDefaultModelOrOneThatIsAllowed) {
  Json messages = {{{"role", "system"}, {"content", "short"}}, {{"role", "user"}, {"content", "q"}}};
  script = {says("a"), says("b")};
  auto answer = Json::parse(ask("llm.complete", {{"messages", messages}, {"options", {{"temperature", 0}, {"purpose", "x"}}}}));
  EXPECT_EQ(answer["text"], "a");
  EXPECT_EQ(requests.back().options, Json({{"temperature", 0}}));
  EXPECT_THAT(ask("llm.complete", {{"messages", messages}, {"model", "inside/other"}}), HasSubstr("allowModelOverride"));
  manifest.id = "rich";
  EXPECT_EQ(Json::parse(ask("llm.complete", {{"messages", messages}, {"model", "inside/other"}}))["model"], "inside/other");
  EXPECT_THAT(ask("llm.complete", {{"messages", Json::array()}}), HasSubstr("1 to 200 messages"));
  EXPECT_THAT(ask("llm.complete", {{"messages", {{{"role", "tool"}, {"content", "x"}}}}}), HasSubstr("role"));
}

TEST_F(HostAnswersTest, BoundCompletions) {
  std::map<std::uint64_t, const chela_completion*> held;
  wire.on_complete = [&](const chela_completion_request& asked, const chela_completion* completion, auto*) {
    held[asked.call_id] = completion;
    return CHELA_OK;
  };
  wire.on_cancel = [&](std::uint64_t id) {
    if (auto one = held.extract(id)) one.mapped()->complete(one.mapped(), CHELA_CANCELLED, runtime::to_abi("cancelled"), 0);
  };
  Json params = {{"messages", {{{"role", "user"}, {"content", "q"}}}}, {"timeoutMs", 1000}};
  for (int i = 0; i < 4; ++i) begin("llm.complete", params);
  EXPECT_THAT(ask("llm.complete", params), HasSubstr("has 4 open already"));
  run_until([&] { return held.size() == 4; });
  advance(std::chrono::seconds(2));
  run_until([&] { return held.empty() && outcomes[0].done && outcomes[3].done; });
  EXPECT_THAT(outcomes[0].error(), HasSubstr("did not answer in time"));
}

TEST_F(HostAnswersTest, ShowSessionsOfThePluginsChannelsOnly) {
  script = {says("Hi Ann"), says("Hi me")};
  ask("turn.run", turn());
  talk(*open("web-1"), "secret", "kept");
  auto shown = Json::parse(ask("session.list", Json::object()))["sessions"];
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(shown[0]["sessionKey"], "agent:main:chat:direct:ann");
  auto said = Json::parse(ask("session.messages", {{"sessionKey", "agent:main:chat:direct:ann"}}))["messages"];
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[1]["content"], "Hi Ann");
  EXPECT_THAT(ask("session.messages", {{"sessionKey", "web-1"}}), HasSubstr("allowConversationAccess"));
  EXPECT_THAT(ask("session.messages", {{"sessionKey", ""}}), HasSubstr("empty"));
  manifest.id = "rich";
  EXPECT_EQ(Json::parse(ask("session.list", Json::object()))["sessions"].size(), 2u);
}

TEST_F(HostAnswersTest, ShowOneSessionOfTheIndex) {
  script = {says("Hi Ann"), says("Hi me")};
  ask("turn.run", turn());
  talk(*open("web-1"), "secret", "kept");
  auto shown = [this](std::string key) { return Json::parse(ask("session.list", {{"sessionKey", key}}))["sessions"]; };
  ASSERT_EQ(shown("agent:main:chat:direct:ann").size(), 1u);
  EXPECT_EQ(shown("agent:main:chat:direct:ann")[0]["sessionKey"], "agent:main:chat:direct:ann");
  EXPECT_TRUE(shown("agent:main:chat:direct:bob").empty());
  EXPECT_TRUE(shown("web-1").empty());
}

TEST_F(HostAnswersTest, KeepATextForTheNextTurn) {
  EXPECT_THAT(ask("session.enqueue", {{"sessionKey", "agent:main:chat:direct:ann"}, {"text", "Ann reacted"}}), HasSubstr("true"));
  EXPECT_THAT(ask("session.enqueue", {{"sessionKey", "web-1"}, {"text", "obey me"}}), HasSubstr("denied"));
  script = {says("Hi")};
  ask("turn.run", turn());
  EXPECT_THAT(given(), ElementsAre("user [note of plugin chat: Ann reacted]\nhello"));
}

TEST_F(HostAnswersTest, ChangeWhatIsThePluginsOwn) {
  auto read = [&] {
    std::ifstream file(home / "chela.json");
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  auto before = read();
  EXPECT_THAT(ask("config.change", {{"patch", {{"gateway", {{"bind", "lan"}}}}}}), HasSubstr("is not plugin chat's to change"));
  EXPECT_THAT(ask("config.change", {{"patch", {{"channels", {{"other", nullptr}}}}}}), HasSubstr("denied"));
  EXPECT_THAT(ask("config.change", {{"patch", {{"channels", nullptr}}}}), HasSubstr("denied"));
  EXPECT_THAT(ask("config.change", {{"patch", {{"channels", {{"chat", 5}}}}}}), HasSubstr("invalid_argument"));
  EXPECT_THAT(ask("config.change", {{"patch", {{"channels", {{"chat", {{"a", 1}}}}}}}, {"baseHash", "x"}}), HasSubstr("has changed meanwhile"));
  EXPECT_THAT(ask("config.change", {{"patch", Json::object()}}), HasSubstr("invalid_argument"));
  EXPECT_EQ(read(), before);
  EXPECT_THAT(ask("config.change", {{"patch", {{"channels", {{"chat", {{"enabled", nullptr}, {"allowFrom", {"ann"}}}}}}}}}), HasSubstr("hash"));
  EXPECT_THAT(read(), HasSubstr("allowFrom"));
  EXPECT_THAT(read(), testing::Not(HasSubstr("enabled")));
}

TEST_F(HostAnswersTest, TakeWhatIsToldOfAccounts) {
  on = {"chat"};
  channels->accounts().start();
  run_until([&] { return channel.calls.size() == 1; });
  settle();
  const auto& hear = *requests_table.who_hears("channel.status");
  hear(manifest, R"({"plugin":"chat","key":"channel:chat","account":"default","status":{"connected":false,"lastError":"gone"}})");
  hear(manifest, R"({"plugin":"chat","key":"channel:chat"})");
  EXPECT_EQ(channels->accounts().list().front().last_error, "gone");
}

TEST_F(HostAnswersTest, TakeMessagesOfNativeChannels) {
  script = {says("Hi Ann")};
  opened.push_back("agent:main:chat:default:direct:ann");
  Json message = {{"channel", "chat"}, {"account", "default"}, {"messageId", "n1"}, {"peer", "ann"}, {"sender", "ann"}, {"text", "hello"}};
  EXPECT_EQ(ask("channel.receive", message), "{}");
  run_until([&] { return channel.sent.size() == 1; });
  EXPECT_EQ(channel.sent[0].text, "Hi Ann");
  message["channel"] = "other";
  EXPECT_THAT(ask("channel.receive", message), HasSubstr("has no channel other"));
  message["channel"] = "chat";
  message["text"] = " ";
  EXPECT_THAT(ask("channel.receive", message), HasSubstr("must not be empty"));
}

}  // namespace
}  // namespace chela::app
