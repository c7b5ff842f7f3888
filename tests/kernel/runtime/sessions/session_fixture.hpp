#pragma once

// Sessions over a real store, with the scripted model and its tools.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/runtime/sessions/sessions.hpp"
#include "kernel/runtime/sessions/transcript.hpp"
#include "tests/kernel/runtime/runtime_fixture.hpp"

namespace chela::runtime {

class Heard final : public SessionListener {
 public:
  void on_event(const SessionEvent& event) override {
    events.push_back(nlohmann::json::parse(event.json));
    if (then) then(event);
  }
  // The types, with what tells one event of a type from another: "assistant_chunk Hello".
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& event : events) {
      std::string line = event["type"];
      for (const char* key : {"messageId", "toolCallId", "finishReason", "code", "text"}) {
        if (event.contains(key)) line += " " + event[key].get<std::string>();
      }
      out.push_back(line);
    }
    return out;
  }

  std::vector<nlohmann::json> events;
  std::function<void(const SessionEvent&)> then;
};

class SessionTest : public RuntimeTest {
 protected:
  // One life of a gateway: a second one on the same file sees what a killed first one has left.
  struct Life {
    std::unique_ptr<store::Database> database;
    std::unique_ptr<SessionStore> store;
    std::unique_ptr<Sessions> sessions;
  };

  void SetUp() override {
    RuntimeTest::SetUp();
    first = begin_life();
    sessions = first.sessions.get();
    store = first.store.get();
  }
  void TearDown() override {
    for (auto* life : {&first, &second}) {
      if (!life->sessions) continue;
      for (const auto& id : opened) {
        if (auto session = life->sessions->find_open(id)) session->stop();
      }
      run_until([&] { return life->sessions->running_count() == 0; });
    }
    settle();
    for (auto* life : {&second, &first}) {
      life->sessions.reset();
      life->database.reset();
      settle();
    }
    RuntimeTest::TearDown();
  }

  Life begin_life() {
    auto database = store::Database::open(loop, {.path = directory / "chela.db"}, SessionStore::migrations());
    CHELA_ASSERT(database, "the test's database opens");
    Life life{std::move(*database), nullptr, nullptr};
    life.store = std::make_unique<SessionStore>(*life.database);
    life.sessions = std::make_unique<Sessions>(SessionEnvironment{environment(), *life.store, session_limits, chat_commands},
                                               Sessions::Limits{.open_max = open_max});
    return life;
  }
  Sessions& begin_second_life() {
    second = begin_life();
    return *second.sessions;
  }
  // With other limits, before anything was said.
  void begin_again() {
    first.sessions.reset();
    first.database.reset();
    first = begin_life();
    sessions = first.sessions.get();
    store = first.store.get();
  }

  std::shared_ptr<Session> open(const std::string& id = "s1") { return open_in(*sessions, id); }
  std::shared_ptr<Session> open_in(Sessions& where, const std::string& id = "s1") {
    opened.push_back(id);
    auto session = await(where.open(id, {.channel = "test", .peer = "me"}));
    CHELA_ASSERT(session, "the test's session opens");
    return *session;
  }

  Result<Accepted> submit(Session& session, NewMessage message) { return await(session.submit(std::move(message))); }
  // Hands the message over without waiting for the store.
  void begin_submit(Session& session, NewMessage message, std::optional<Result<Accepted>>& out) {
    loop.spawn("submit", keep(session.submit(std::move(message)), out));
  }
  Accepted say(Session& session, std::string text, std::string id = "") {
    auto accepted = submit(session, {.text = std::move(text), .message_id = std::move(id)});
    EXPECT_TRUE(accepted) << accepted.error().message;
    return accepted.value_or(Accepted{});
  }
  void until_idle(const Session& session) {
    run_until([&] { return !session.running(); });
  }
  void until_open() {
    run_until([this] { return open_completion != nullptr; });
  }
  // Until everything that was handed to the store is on disk.
  void flush() {
    ASSERT_TRUE(await(first.database->write<void>([](store::Connection&) -> Result<void> { return {}; })));
  }
  // What the person says, and waits for the answer.
  void talk(Session& session, std::string text, std::string answer) {
    script.push_back(says(std::move(answer)));
    say(session, std::move(text));
    until_idle(session);
  }

  // What the model was given at its last completion, without the system message: "user hi", "tool c1 text".
  std::vector<std::string> given() const {
    std::vector<std::string> out;
    for (const auto& message : requests.back().messages) {
      std::string role = message["role"];
      if (role == "system") continue;
      if (message.contains("tool_calls")) role = "calls";
      if (role == "tool") role += " " + message["tool_call_id"].get<std::string>();
      out.push_back(message["content"].is_string() ? role + " " + message["content"].get<std::string>() : role);
    }
    return out;
  }
  nlohmann::json transcript(Sessions& where, const std::string& id = "s1") {
    auto open = where.find_open(id);
    auto stored = await(where.read(id, 400));
    CHELA_ASSERT(stored, "there is a transcript");
    return transcript_of(*stored, open ? open->open_turns() : std::vector<std::string>());
  }

  SessionLimits session_limits;
  const CommandTable* chat_commands = nullptr;
  std::size_t open_max = 64;
  std::vector<std::string> opened;  // ids
  Life first;
  Life second;
  Sessions* sessions = nullptr;
  SessionStore* store = nullptr;
};

}  // namespace chela::runtime
