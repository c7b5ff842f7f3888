#include "kernel/runtime/sessions/session_store.hpp"

#include "kernel/runtime/turn/message.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using testing::ElementsAre;

class SessionStoreTest : public plugins::PluginTest {
 protected:
  void SetUp() override { reopen(); }
  void TearDown() override {
    database.reset();
    PluginTest::TearDown();
  }
  void reopen() {
    database.reset();
    database = std::move(
        store::Database::open(loop, {.path = directory / "chela.db"}, SessionStore::migrations()).value());
    store.emplace(*database);
  }

  static SessionSummary summary(std::string id, std::int64_t at = 1000, std::string title = "a title") {
    return {.id = std::move(id), .identity = {"main", "test", "me", "t"}, .title = std::move(title),
            .created_at_ms = at, .updated_at_ms = at};
  }
  static Entry entry(std::string turn, std::string role, const Message& message, std::string client_id = "") {
    return {.turn_id = std::move(turn), .role = std::move(role), .message = *message,
            .client_message_id = std::move(client_id), .created_at_ms = 5};
  }
  bool add(const SessionSummary& session, std::string turn, std::string client_id) {
    return await(
               store->add_message(session, {entry(std::move(turn), "user", user_message("hi"), std::move(client_id))}))
        .value();
  }
  std::optional<StoredSession> load(std::string id, std::size_t entries_max = 100) {
    return await(store->load(std::move(id), entries_max)).value();
  }

  std::unique_ptr<store::Database> database;
  std::optional<SessionStore> store;
};

TEST_F(SessionStoreTest, WhatWasWrittenIsReadAgain) {
  EXPECT_FALSE(load("s1"));
  EXPECT_TRUE(add(summary("s1"), "t1", "m1"));
  auto answer = entry("t1", "assistant", assistant_message("hello", {}));
  answer.detail = R"({"reasoning":"hm"})";
  ASSERT_TRUE(await(store->finish_turn("s1", {answer}, {.id = "t1", .finish_reason = "stop", .error = "none",
                                                       .input_tokens = 3, .output_tokens = 4, .finished_at_ms = 9})));
  reopen();
  auto stored = load("s1");
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->summary.identity.thread, "t");
  EXPECT_EQ(stored->summary.title, "a title");
  EXPECT_EQ(stored->summary.message_count, 2u);
  ASSERT_EQ(stored->entries.size(), 2u);
  EXPECT_EQ(stored->entries[0].client_message_id, "m1");
  EXPECT_EQ(stored->entries[1].detail, R"({"reasoning":"hm"})");
  EXPECT_EQ(stored->entries[1].client_message_id, "");
  ASSERT_EQ(stored->turns.size(), 1u);
  EXPECT_EQ(stored->turns[0].finish_reason, "stop");
  EXPECT_EQ(stored->turns[0].output_tokens, 4u);
  EXPECT_EQ(stored->turns[0].finished_at_ms, 9);
}

TEST_F(SessionStoreTest, AMessageIsWrittenOnce) {
  EXPECT_TRUE(add(summary("s1"), "t1", "m1"));
  EXPECT_FALSE(add(summary("s1", 2000), "t2", "m1"));
  EXPECT_TRUE(add(summary("s2"), "t3", "m1")) << "in another session it is another message";
  auto stored = load("s1");
  EXPECT_EQ(stored->entries.size(), 1u);
  EXPECT_EQ(stored->summary.message_count, 2u);
  EXPECT_EQ(stored->summary.updated_at_ms, 1000);
}

TEST_F(SessionStoreTest, AnswersOfToolsComeBeforeWhatIsSaid) {
  EXPECT_TRUE(
      await(store->add_message(summary("s1", 1, ""), {entry("t1", "tool", tool_message("c1", "x"), "m1")})).value());
  EXPECT_FALSE(await(store->add_message(summary("s1"), {entry("t9", "tool", tool_message("c1", "x"), "m1")})).value());
  EXPECT_TRUE(await(store->add_message(summary("s1", 2, "later"), {entry("t2", "tool", tool_message("c2", "y")),
                                                                   entry("t2", "user", user_message("hi"), "m2")}))
                  .value());
  auto stored = load("s1");
  EXPECT_EQ(stored->summary.title, "later") << "the first thing that was said";
  EXPECT_EQ(stored->summary.message_count, 3u);
  std::vector<std::string> roles;
  for (const auto& one : stored->entries) roles.push_back(one.role);
  EXPECT_THAT(roles, ElementsAre("tool", "tool", "user"));
}

TEST_F(SessionStoreTest, TheNewestComeFirstInTheList) {
  add(summary("old", 1000), "t1", "m1");
  add(summary("new", 3000), "t2", "m1");
  add(summary("mid", 2000), "t3", "m1");
  add(summary("old", 2500, "not its title"), "t4", "m2");
  std::vector<std::string> ids;
  auto list = await(store->list(2)).value();
  for (const auto& one : list) ids.push_back(one.id);
  EXPECT_THAT(ids, ElementsAre("new", "old"));
  EXPECT_EQ(list[1].title, "a title");
  EXPECT_EQ(list[1].message_count, 4u);
}

TEST_F(SessionStoreTest, RemovingTakesEverythingWithIt) {
  add(summary("s1"), "t1", "m1");
  add(summary("s2"), "t2", "m1");
  EXPECT_TRUE(await(store->remove("s1")).value());
  EXPECT_FALSE(await(store->remove("s1")).value());
  EXPECT_FALSE(load("s1"));
  EXPECT_TRUE(load("s2"));
  auto late = await(store->add_entries("s1", {entry("t1", "tool", tool_message("c1", "x"))}));
  EXPECT_FALSE(late) << "nothing is written into what was removed";
  EXPECT_TRUE(add(summary("s1"), "t9", "m1"));
  EXPECT_EQ(load("s1")->entries.size(), 1u);
}

TEST_F(SessionStoreTest, OnlyTheEndOfALongSessionIsReadAndItsTurns) {
  for (int i = 0; i < 30; ++i) {
    auto turn = "t" + std::to_string(i);
    add(summary("s1"), turn, "m" + std::to_string(i));
    ASSERT_TRUE(await(store->finish_turn("s1", {entry(turn, "assistant", assistant_message("a", {}))},
                                         {.id = turn, .finish_reason = "stop"})));
  }
  auto stored = load("s1", 6);
  ASSERT_EQ(stored->entries.size(), 6u);
  EXPECT_EQ(stored->entries[0].turn_id, "t27");
  EXPECT_EQ(stored->turns.size(), 3u) << "not those of the entries that are left out";
  EXPECT_EQ(load("s1", 5)->entries.size(), 6u) << "with what the person asked in the turn that is cut";
  EXPECT_EQ(load("s1", 5)->turns.size(), 3u);
}

TEST_F(SessionStoreTest, AGiantTurnIsReadWithItsBeginning) {
  add(summary("s1"), "t0", "m0");
  add(summary("s1"), "t1", "m1");
  std::vector<Entry> entries;
  for (int i = 0; i < 50; ++i) {
    auto id = "c" + std::to_string(i);
    entries.push_back(entry("t1", "assistant", assistant_message("", {{id, "x", "{}"}})));
    entries.push_back(entry("t1", "tool", tool_message(id, "y")));
  }
  ASSERT_TRUE(await(store->add_entries("s1", entries)));
  auto stored = load("s1", 10);
  ASSERT_EQ(stored->entries.size(), 11u);
  EXPECT_EQ(stored->entries[0].role, "user");
  EXPECT_EQ(stored->entries[0].client_message_id, "m1");
  EXPECT_EQ(stored->entries[1].role, "assistant");
  ASSERT_EQ(stored->turns.size(), 1u);
  EXPECT_EQ(stored->turns[0].id, "t1");
}

}  // namespace
}  // namespace chela::runtime
