#include "kernel/runtime/sessions/session.hpp"

#include "tests/kernel/runtime/sessions/session_fixture.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(SessionTest, TellsATurnInTheOrderOfTheProtocol) {
  auto session = open();
  Heard heard;
  session->add_listener(heard);
  script = {calls({{"c1", "echo", R"({"text":"pong"})"}}, "Let me see."), says("It is pong.")};
  EXPECT_EQ(say(*session, "ping?", "m1").message_id, "m1");
  until_idle(*session);
  EXPECT_THAT(heard.lines(),
              ElementsAre("message_accepted m1", "typing_start", "assistant_chunk Let me see.", "tool_start c1",
                          "tool_chunk c1 working", "tool_result c1 pong", "assistant_chunk \n\n",
                          "assistant_chunk It is pong.", "assistant_done stop Let me see.\n\nIt is pong.",
                          "typing_stop"));
  for (std::size_t i = 0; i < heard.events.size(); ++i) {
    EXPECT_EQ(heard.events[i]["seq"], i + 1) << "from 1, without gaps";
    EXPECT_EQ(heard.events[i]["sessionId"], "s1");
    EXPECT_EQ(heard.events[i].value("inReplyToMessageId", ""), i == 0 ? "" : "m1");
  }
  EXPECT_EQ(session->seq(), heard.events.size());
  session->remove_listener(heard);
}

TEST_F(SessionTest, MessagesAreAnsweredOneAfterTheOther) {
  auto session = open();
  std::optional<Result<Accepted>> accepted[3];
  script = {says("one"), says("two"), says("three")};
  for (int i = 0; i < 3; ++i) {
    begin_submit(*session, {.text = "question " + std::to_string(i + 1)}, accepted[i]);
  }
  run_until([&] { return requests.size() == 3; });
  until_idle(*session);
  EXPECT_THAT(given(), ElementsAre("user question 1", "assistant one", "user question 2", "assistant two",
                                   "user question 3"));
  EXPECT_EQ(session->summary().message_count, 6u);
  EXPECT_EQ(session->summary().title, "question 1");
}

TEST_F(SessionTest, SessionsRunSideBySide) {
  auto one = open("s1");
  auto two = open("s2");
  script = {calls({{"c1", "hold"}}), says("two is done"), says("one is done")};
  say(*one, "slow");
  run_until([this] { return held_calls.size() == 1; });
  say(*two, "quick");
  until_idle(*two);
  EXPECT_TRUE(one->running());
  EXPECT_EQ(sessions->running_count(), 1u);
  release("ok");
  until_idle(*one);
}

TEST_F(SessionTest, WhatCannotBeTakenIsRefusedWithTheReason) {
  session_limits = {.queued_messages_max = 2, .message_bytes_max = 100};
  begin_again();
  auto session = open();
  EXPECT_EQ(submit(*session, {.text = " \n"}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(submit(*session, {.text = std::string(101, 'x')}).error().code, ErrorCode::too_large);
  auto answer = [](std::string text) { return std::make_shared<const std::string>(std::move(text)); };
  EXPECT_EQ(submit(*session, {.answers = {answer("{}")}}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(submit(*session, {.text = std::string(60, 'x'), .answers = {answer(std::string(60, 'x'))}}).error().code,
            ErrorCode::too_large);
  say(*session, "runs");
  until_open();
  say(*session, "waits", "w1");
  say(*session, "waits too");
  auto full = submit(*session, {.text = "one too many"});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().message, "2 messages wait in this session already; wait for an answer or stop the turn");
  auto again = submit(*session, {.text = "waits", .message_id = "w1"});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
}

TEST_F(SessionTest, MessagesOnTheirWayToDiskCountAsWaiting) {
  session_limits.queued_messages_max = 2;
  begin_again();
  auto session = open();
  std::optional<Result<Accepted>> accepted[3];
  for (auto& one : accepted) begin_submit(*session, {.text = "at once"}, one);
  ASSERT_TRUE(accepted[2]);
  EXPECT_EQ(accepted[2]->error().code, ErrorCode::exhausted);
  run_until([&] { return accepted[0] && accepted[1]; });
}

TEST_F(SessionTest, AMessageIsAcceptedOnceAndOnlyWhenItIsOnDisk) {
  auto session = open();
  Heard heard;
  session->add_listener(heard);
  std::optional<Result<Accepted>> one;
  std::optional<Result<Accepted>> two;
  script = {says("yes")};
  begin_submit(*session, {.text = "hello", .message_id = "m1"}, one);
  begin_submit(*session, {.text = "hello", .message_id = "m1"}, two);
  EXPECT_FALSE(two) << "acknowledged before the first is on disk";
  run_until([&] { return one && two; });
  EXPECT_FALSE((*one)->duplicate);
  EXPECT_TRUE((*two)->duplicate);
  until_idle(*session);
  EXPECT_EQ(requests.size(), 1u);
  EXPECT_EQ(session->summary().message_count, 2u);
  EXPECT_TRUE(say(*session, "hello", "m1").duplicate) << "long after";
  EXPECT_EQ(std::ranges::count(heard.lines(), "message_accepted m1"), 1);
  session->remove_listener(heard);
  auto later = open_in(begin_second_life());
  EXPECT_TRUE(say(*later, "hello", "m1").duplicate) << "in the next life";
}

TEST_F(SessionTest, AMessageThatCouldNotBeStoredMayBeSentAgain) {
  auto session = open();
  auto broken = await(first.database->write<void>([](store::Connection& connection) {
    return connection.run_script("breaking", "ALTER TABLE turns RENAME TO away");
  }));
  ASSERT_TRUE(broken);
  EXPECT_FALSE(submit(*session, {.text = "lost title", .message_id = "m1"}));
  EXPECT_EQ(session->summary().message_count, 0u);
  EXPECT_EQ(session->summary().title, "");
  EXPECT_THAT(session->open_turns(), IsEmpty());
  ASSERT_TRUE(await(first.database->write<void>([](store::Connection& connection) {
    return connection.run_script("mending", "ALTER TABLE away RENAME TO turns");
  })));
  script = {says("now")};
  EXPECT_FALSE(say(*session, "kept", "m1").duplicate);
  until_idle(*session);
  EXPECT_EQ(session->summary().title, "kept");
}

TEST_F(SessionTest, AnAnswerThatCannotBeStoredIsAnError) {
  auto session = open();
  Heard heard;
  session->add_listener(heard);
  say(*session, "hello");
  until_open();
  ASSERT_TRUE(await(first.database->write<void>([](store::Connection& connection) {
    return connection.run_script("breaking", "DROP TABLE entries");
  })));
  says("it is")(std::exchange(open_completion, nullptr));
  until_idle(*session);
  EXPECT_THAT(heard.lines(), Contains(HasSubstr("error internal storing the answer")));
  EXPECT_THAT(heard.lines(), Contains("assistant_done error it is"));
  session->remove_listener(heard);
}

TEST_F(SessionTest, AToolsResultThatCannotBeStoredIsAnErrorOfTheTurn) {
  auto session = open();
  Heard heard;
  session->add_listener(heard);
  script = {calls({{"c1", "alone"}})};
  say(*session, "hello");
  run_until([this] { return held_calls.size() == 1; });
  auto rename = [](const char* from, const char* to) {
    return [=](store::Connection& connection) {
      return connection.run_script("moving", fmt::format("ALTER TABLE {} RENAME TO {}", from, to));
    };
  };
  ASSERT_TRUE(await(first.database->write<void>(rename("entries", "away"))));
  release("result");
  until_open();  // the model is asked again while the entries of before fail
  ASSERT_TRUE(await(first.database->write<void>(rename("away", "entries"))));
  says("done")(std::exchange(open_completion, nullptr));
  until_idle(*session);
  EXPECT_THAT(heard.lines(), Contains(HasSubstr("error internal storing the answer")));
  session->remove_listener(heard);
}

TEST_F(SessionTest, StopEndsTheTurnAndThoseThatWait) {
  auto session = open();
  Heard heard;
  session->add_listener(heard);
  say(*session, "runs", "m1");
  until_open();
  open_completion->text(open_completion, to_abi("so far"));
  say(*session, "waits", "m2");
  EXPECT_EQ(session->open_turns().size(), 2u);
  session->stop();
  until_idle(*session);
  EXPECT_THAT(heard.lines(), Contains("assistant_done cancelled so far"));
  EXPECT_THAT(heard.lines(), Contains("assistant_done cancelled"));
  EXPECT_EQ(requests.size(), 1u);
  auto messages = transcript(*sessions);
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[1]["status"], "cancelled");
  EXPECT_EQ(messages[1]["text"], "so far");
  EXPECT_EQ(messages[3]["status"], "cancelled");
  talk(*session, "go on", "gladly");
  EXPECT_EQ(heard.lines().end()[-2], "assistant_done stop gladly");
  session->remove_listener(heard);
}

TEST_F(SessionTest, StopReachesAMessageThatIsStillBeingWritten) {
  auto session = open();
  Heard heard;
  session->add_listener(heard);
  std::optional<Result<Accepted>> accepted;
  begin_submit(*session, {.text = "hello", .message_id = "m1"}, accepted);
  EXPECT_FALSE(session->running());
  EXPECT_EQ(session->open_turns().size(), 1u);
  session->stop();
  run_until([&] { return accepted.has_value(); });
  until_idle(*session);
  EXPECT_THAT(heard.lines(),
              ElementsAre("message_accepted m1", "typing_start", "assistant_done cancelled", "typing_stop"));
  EXPECT_THAT(requests, IsEmpty());
  session->remove_listener(heard);
}

TEST_F(SessionTest, StopMayComeFromInsideAnEvent) {
  auto session = open();
  Heard heard;
  heard.then = [&](const SessionEvent& event) {
    if (event.type == EventType::assistant_chunk) session->stop();
  };
  session->add_listener(heard);
  say(*session, "hello");
  until_open();
  auto* completion = open_completion;
  completion->text(completion, to_abi("one"));  // stopped here, while the plugin is at work
  completion->text(completion, to_abi("two"));
  EXPECT_NE(open_completion, nullptr) << "the plugin is not called from inside its own call";
  until_idle(*session);
  EXPECT_THAT(heard.lines(), Contains("assistant_done cancelled one"));
  EXPECT_EQ(open_completion, nullptr) << "the provider was told";
  session->remove_listener(heard);
}

TEST_F(SessionTest, AListenerMayLeaveFromInsideAnEvent) {
  auto session = open();
  Heard leaves;
  Heard stays;
  leaves.then = [&](const SessionEvent&) { session->remove_listener(leaves); };
  session->add_listener(leaves);
  session->add_listener(stays);
  talk(*session, "a", "b");
  EXPECT_EQ(leaves.events.size(), 1u);
  EXPECT_EQ(stays.events.size(), 5u);
  session->remove_listener(stays);
  EXPECT_FALSE(session->has_listeners());
}

TEST_F(SessionTest, EventsCanBeRepeatedFromANumberOn) {
  auto session = open();
  auto types = [](const MissedEvents& missed) {
    std::vector<std::string> out;
    for (const auto& event : missed.events) out.push_back(json::parse(event)["type"]);
    return out;
  };
  EXPECT_TRUE(session->events_after(0).complete);
  EXPECT_FALSE(session->events_after(1).complete) << "a number that never was";
  talk(*session, "a", "b");
  EXPECT_THAT(types(session->events_after(0)), ElementsAre("message_accepted", "typing_start", "assistant_chunk",
                                                           "assistant_done", "typing_stop"));
  EXPECT_EQ(session->held_after(), 0u);
  auto last = session->events_after(4);
  EXPECT_TRUE(last.complete);
  EXPECT_THAT(types(last), ElementsAre("typing_stop"));
  EXPECT_TRUE(session->events_after(5).complete);
  EXPECT_THAT(session->events_after(5).events, IsEmpty());
  EXPECT_FALSE(session->events_after(6).complete);
}

TEST_F(SessionTest, RepeatedEventsAreThoseThatWereHeard) {
  auto session = open();
  Heard heard;
  session->add_listener(heard);
  talk(*session, "a", "quoted \"b\"");
  talk(*session, "c", "d");
  auto again = session->events_after(0).events;
  ASSERT_EQ(again.size(), heard.events.size());
  for (std::size_t i = 0; i < again.size(); ++i) EXPECT_EQ(json::parse(again[i]), heard.events[i]);
}

TEST_F(SessionTest, EventsThatAreHeldNoMoreAreSaidToBeMissing) {
  session_limits.kept_event_bytes_max = 1000;
  begin_again();
  auto session = open();
  for (int i = 0; i < 10; ++i) talk(*session, "a", "b");
  EXPECT_EQ(session->seq(), 50u);
  auto held_after = session->held_after();
  EXPECT_GT(held_after, 35u);
  EXPECT_LT(held_after, 50u);
  EXPECT_TRUE(session->events_after(held_after).complete);
  EXPECT_EQ(session->events_after(held_after).events.size(), 50 - held_after);
  EXPECT_FALSE(session->events_after(held_after - 1).complete);
  talk(*session, "a", std::string(2000, 'x'));  // one event that is larger than all that is held
  EXPECT_LE(session->events_after(0).events.size(), 2u);
}

TEST_F(SessionTest, ToolsAreToldWhereTheyRun) {
  time_zone = "Europe/Berlin";
  begin_again();
  auto session = open();
  script = {calls({{"c1", "echo", R"({"text":"x"})"}}), says("ok")};
  say(*session, "go");
  until_idle(*session);
  ASSERT_EQ(tool_contexts.size(), 1u);
  EXPECT_EQ(tool_contexts[0], (json{{"workspace", (directory / "workspace").string()},
                                    {"agentId", "main"},
                                    {"sessionKey", "s1"},
                                    {"sessionId", "s1"},
                                    {"channel", "test"},
                                    {"senderId", "me"},
                                    {"timeZone", "Europe/Berlin"}}));
}

}  // namespace
}  // namespace chela::runtime
