#include "kernel/runtime/sessions/sessions.hpp"

#include "tests/kernel/runtime/sessions/session_fixture.hpp"

namespace chela::runtime {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SessionId, IsPlainTextWithoutWaysOut) {
  for (const char* id : {"a", "s-0123", "user:me@x"})
    EXPECT_EQ(is_session_id(id), std::string(id) != "user:me@x") << id;
  for (const char* id : {"", "..", "a..b", "a/b", "a b", "ü", "a\n"}) EXPECT_FALSE(is_session_id(id)) << id;
  EXPECT_TRUE(is_session_id(std::string(128, 'x')));
  EXPECT_FALSE(is_session_id(std::string(129, 'x')));
  EXPECT_TRUE(is_session_id(new_session_id()));
  EXPECT_NE(new_session_id(), new_session_id());
}

TEST_F(SessionTest, ASessionIsKeptFromItsFirstMessageOn) {
  EXPECT_EQ(await(sessions->get("s1")).error().code, ErrorCode::not_found);
  EXPECT_EQ(await(sessions->get("a/b")).error().code, ErrorCode::invalid_argument);
  auto session = open();
  EXPECT_EQ(*await(sessions->get("s1")), session);
  EXPECT_EQ(await(sessions->read("s1", 10)).error().code, ErrorCode::not_found);
  talk(*session, "hello", "hi");
  EXPECT_EQ(await(sessions->read("s1", 10))->entries.size(), 2u);
  auto list = await(sessions->list(10));
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ((*list)[0].title, "hello");
}

TEST_F(SessionTest, ASessionIsOpenedOnceHoweverManyAsk) {
  talk(*open(), "hello", "hi");
  auto& after = begin_second_life();
  std::optional<Result<std::shared_ptr<Session>>> one;
  std::optional<Result<std::shared_ptr<Session>>> two;
  loop.spawn("one", keep(after.get("s1"), one));
  loop.spawn("two", keep(after.open("s1", {}), two));
  run_until([&] { return one && two; });
  EXPECT_EQ(**one, **two);
  EXPECT_EQ(after.open_count(), 1u);
}

TEST_F(SessionTest, ManySessionsInUseDoNotKeepAnIdleOneOpen) {
  open_max = 2;
  begin_again();
  std::vector<std::shared_ptr<Session>> held;
  for (int i = 0; i < 30; ++i) held.push_back(sessions->create({}));
  EXPECT_EQ(sessions->open_count(), 30u);
  EXPECT_NE(held[0]->summary().id, held[1]->summary().id);
  held.resize(1);
  for (int i = 0; i < 10; ++i) open("idle" + std::to_string(i));
  EXPECT_EQ(sessions->open_count(), 2u);
}

TEST_F(SessionTest, IdleSessionsAreClosedBeyondTheLimit) {
  open_max = 2;
  begin_again();
  Heard heard;
  auto listened = open("listened");
  listened->add_listener(heard);
  auto* where = listened.get();
  listened.reset();
  for (int i = 0; i < 5; ++i) open("idle" + std::to_string(i));
  EXPECT_EQ(sessions->open_count(), 2u);
  EXPECT_EQ(sessions->find_open("listened").get(), where);
  EXPECT_NE(sessions->find_open("idle4"), nullptr);
  where->remove_listener(heard);
}

TEST_F(SessionTest, DeletionInTheMiddleOfATurnEndsIt) {
  auto session = open();
  Heard heard;
  session->add_listener(heard);
  script = {calls({{"c1", "hold"}})};
  say(*session, "first", "m1");
  run_until([this] { return held_calls.size() == 1; });
  say(*session, "second");
  ASSERT_TRUE(await(sessions->remove("s1")));
  EXPECT_EQ(sessions->find_open("s1"), nullptr);
  EXPECT_EQ(await(sessions->read("s1", 10)).error().code, ErrorCode::not_found);
  auto refused = submit(*session, {.text = "third"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_EQ(refused.error().message, "the session s1 was deleted");
  until_idle(*session);
  EXPECT_THAT(heard.lines(), Contains("assistant_done cancelled"));
  EXPECT_THAT(heard.lines(), testing::Not(Contains(HasSubstr("error"))));
  settle();
  EXPECT_THAT(task_errors, IsEmpty());
  EXPECT_EQ(await(sessions->read("s1", 10)).error().code, ErrorCode::not_found) << "nothing of it was written again";
  EXPECT_EQ(await(sessions->remove("s1")).error().code, ErrorCode::not_found);
  session->remove_listener(heard);
}

TEST_F(SessionTest, DeletionCatchesAMessageThatIsBeingWritten) {
  auto session = open();
  std::optional<Result<Accepted>> accepted;
  begin_submit(*session, {.text = "too late"}, accepted);
  auto removed = await(sessions->remove("s1"));
  run_until([&] { return accepted.has_value(); });
  EXPECT_TRUE(removed);
  ASSERT_FALSE(*accepted);
  EXPECT_EQ(accepted->error().code, ErrorCode::not_found);
  EXPECT_FALSE(session->running());
  EXPECT_EQ(await(sessions->read("s1", 10)).error().code, ErrorCode::not_found);
}

TEST_F(SessionTest, WhatIsSaidAfterADeletionBeginsANewSession) {
  auto session = open();
  talk(*session, "secret", "kept");
  std::optional<Result<void>> removed;
  loop.spawn("remove", keep(sessions->remove("s1"), removed));
  EXPECT_FALSE(removed) << "not gone from disk yet";
  auto anew = open();
  EXPECT_NE(anew, session);
  talk(*anew, "hello", "hi");
  EXPECT_TRUE(removed && *removed);
  EXPECT_THAT(given(), ElementsAre("user hello"));
  EXPECT_EQ(await(sessions->read("s1", 10))->entries.size(), 2u);
}

TEST_F(SessionTest, ASessionThatIsDeletedWhileItIsBeingOpenedIsNotOpened) {
  talk(*open(), "secret", "kept");
  auto& after = begin_second_life();
  std::optional<Result<std::shared_ptr<Session>>> opening;
  loop.spawn("open", keep(after.get("s1"), opening));
  EXPECT_TRUE(await(after.remove("s1")));
  run_until([&] { return opening.has_value(); });
  ASSERT_FALSE(*opening);
  EXPECT_EQ(opening->error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace chela::runtime
