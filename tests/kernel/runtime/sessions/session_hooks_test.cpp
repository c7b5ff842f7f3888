#include "kernel/runtime/sessions/session_hooks.hpp"

#include "tests/kernel/runtime/sessions/session_fixture.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

class SessionHooksTest : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    write_manifest(guard, R"("provides": [{"kind": "hook", "id": "guard", "points": ["session_start", "session_end",
      "message_received", "before_dispatch", "before_reset", "internal:message"]}])");
    guard.on_hook = [this](const chela_hook_request& request, const chela_hook_call* call, auto*) {
      std::string point(from_abi(request.point));
      heard.push_back(point);
      events[point] = json::parse(from_abi(request.event));
      contexts[point] = json::parse(from_abi(request.context));
      call->complete(call, CHELA_OK, to_abi(point == "before_dispatch" ? claim : ""));
      return CHELA_OK;
    };
    begin_again_with_hooks();
  }
  void begin_again_with_hooks() {
    first.sessions.reset();
    first.database.reset();
    open_plugins();
    hooks.emplace(loop, logger, *set);
    listening = &*hooks;
    first = begin_life();
    sessions = first.sessions.get();
    store = first.store.get();
  }
  void open_plugins() {
    PluginTest::open({&wire, &acme, &guard});
    models.emplace(*set, json::object(), [](const std::string&) { return std::nullopt; });
    tools.emplace(*set, ToolSelection{});
  }
  void until_told() {
    run_until([this] { return !hooks->telling(); });
  }

  plugins::ScriptedPlugin& guard = plugin("guard");
  std::string claim;
  std::vector<std::string> heard;
  std::map<std::string, json> events;
  std::map<std::string, json> contexts;
  std::optional<Hooks> hooks;
};

TEST_F(SessionHooksTest, TellsTheFirstMessageAndEveryMessage) {
  auto session = open();
  talk(*session, "hello", "hi");
  until_told();
  EXPECT_THAT(heard, IsSupersetOf({"session_start", "message_received", "internal:message:received",
                                   "before_dispatch"}));
  EXPECT_EQ(events["message_received"]["content"], "hello");
  EXPECT_EQ(events["message_received"]["from"], "me");
  EXPECT_EQ(events["internal:message:received"]["type"], "message");
  EXPECT_EQ(events["internal:message:received"]["action"], "received");
  heard.clear();
  talk(*session, "again", "yes");
  until_told();
  EXPECT_THAT(heard, Not(Contains("session_start")));
}

TEST_F(SessionHooksTest, AClaimedMessageIsAnsweredAndKept) {
  claim = R"({"handled":true,"text":"It is me."})";
  auto session = open();
  Heard listener;
  session->add_listener(listener);
  say(*session, "hello", "m1");
  until_idle(*session);
  session->remove_listener(listener);
  EXPECT_THAT(listener.lines(), ElementsAre("message_accepted m1", "typing_start", "assistant_chunk It is me.",
                                            "assistant_done stop It is me.", "typing_stop"));
  EXPECT_THAT(requests, IsEmpty());
  EXPECT_EQ(await(sessions->read("s1", 10))->entries.size(), 2u);
}

TEST_F(SessionHooksTest, TellsTheEnd) {
  talk(*open("s1"), "hello", "hi");
  open("s2");
  until_told();
  heard.clear();
  sessions->tell_ended("shutdown");
  until_told();
  EXPECT_THAT(heard, ElementsAre("session_end")) << "of the one in which something was said";
  EXPECT_EQ(events["session_end"]["reason"], "shutdown");
  EXPECT_EQ(events["session_end"]["messageCount"], 2);
  ASSERT_TRUE(await(sessions->remove("s1")));
  until_told();
  EXPECT_EQ(events["session_end"]["reason"], "deleted");
}

TEST_F(SessionHooksTest, ShowsWhatIsAboutToBeDeleted) {
  talk(*open("s1"), "hello", "hi");
  until_told();
  heard.clear();
  ASSERT_TRUE(await(sessions->remove("s1")));
  until_told();
  EXPECT_THAT(heard, UnorderedElementsAre("before_reset", "session_end"));
  EXPECT_EQ(events["before_reset"]["reason"], "deleted");
  std::vector<std::string> roles;
  for (const auto& message : events["before_reset"]["messages"]) roles.push_back(message["role"]);
  EXPECT_THAT(roles, ElementsAre("user", "assistant"));
  EXPECT_EQ(contexts["before_reset"]["sessionKey"], "s1");
}

TEST_F(SessionHooksTest, ShowsItOfASessionThatIsNotOpen) {
  talk(*open("s1"), "hello", "hi");
  until_told();
  heard.clear();
  ASSERT_TRUE(await(begin_second_life().remove("s1")));
  until_told();
  EXPECT_THAT(heard, ElementsAre("before_reset"));
}

TEST_F(SessionHooksTest, HasNothingToShowOfASessionInWhichNothingWasSaid) {
  open("s1");
  EXPECT_FALSE(await(sessions->remove("s1")));
  until_told();
  EXPECT_THAT(heard, Not(Contains("before_reset")));
}

}  // namespace
}  // namespace chela::runtime
