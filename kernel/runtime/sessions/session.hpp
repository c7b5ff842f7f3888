#pragma once

// One open session: its lane of turns, its conversation, and who listens. Loop thread only.
// Turns of a session run one after the other; a message that arrives meanwhile waits in the lane. What a listener is
// told is on disk first where it says so (message_accepted, assistant_done).

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/runtime/commands/run.hpp"
#include "kernel/runtime/sessions/event.hpp"
#include "kernel/runtime/sessions/session_store.hpp"
#include "kernel/runtime/turn/turn.hpp"

namespace chela::runtime {

struct SessionLimits {
  std::size_t queued_messages_max = 32;
  std::size_t kept_event_bytes_max = 512 * 1024;  // for listeners that come back
  std::size_t history_entries_max = 400;          // that a turn is given; and
  std::size_t history_bytes_max = 8u << 20;       // no more than this
  std::size_t message_bytes_max = 1 << 20;
};

// What all sessions share; outlives them.
struct SessionEnvironment {
  TurnEnvironment turn;
  SessionStore& store;
  SessionLimits limits;
  const CommandTable* commands = nullptr;  // what a message may call instead of the model; none: nothing
};

struct NewMessage {
  std::string text;
  std::string message_id;  // of the client; made up when empty
  std::string model;       // reference; empty: the default
  std::string options = "{}";
  std::vector<ClientTool> client_tools;
  // Results of client tools, as chat messages of role `tool`. They precede the text, which may then be empty.
  std::vector<Message> answers;
  std::string command = {};  // the words alone, in which a command is looked for; empty: those of `text`
  Sender sender = {};        // for commands: whoever is not said to be authorized is not

  const std::string& words() const { return command.empty() ? text : command; }
};

struct Accepted {
  std::string message_id;
  bool duplicate = false;  // seen before: nothing was started
};

struct MissedEvents {
  std::vector<std::string> events;  // JSON, oldest first
  bool complete = true;             // nothing between the number asked for and these is lost
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(SessionEnvironment& environment, SessionSummary summary);
  Session(SessionEnvironment& environment, StoredSession stored);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const SessionSummary& summary() const { return summary_; }
  bool running() const { return running_; }
  // Those that run, wait, or whose message is on its way to disk, in their order.
  std::vector<std::string> open_turns() const;
  std::uint64_t seq() const {
    return seq_;
  }  // of the last event; from 1, after reopening from disk from a higher number

  // Puts the message on disk and into the lane; events follow. Errors: too_large, invalid_argument (empty, or an
  // answer to no call), exhausted (the lane is full), not_found (the session was deleted), or the store's.
  Task<Result<Accepted>> submit(NewMessage message);
  // Ends the running turn, those that wait in the lane, and those whose message is on its way to disk, each with finish
  // reason `cancelled`.
  void stop();
  // The same with the turn of one message only, running or waiting.
  void stop(std::string_view message_id);
  // The session is being deleted: ends its turns, stores nothing more, takes no more messages.
  void discard();

  void add_listener(SessionListener& listener) { listeners_.push_back(&listener); }
  void remove_listener(SessionListener& listener);
  bool has_listeners() const { return !listeners_.empty(); }
  // The events after `seq` that are still held.
  MissedEvents events_after(std::uint64_t seq) const;
  // The smallest number that events_after() still answers in full: a client that joins a running turn asks from here.
  std::uint64_t held_after() const { return kept_.empty() ? seq_ : kept_.front().seq - 1; }

 private:
  class Turning;
  struct Queued {
    NewMessage message;
    std::string turn_id;
    bool stopped = false;  // before it began
  };
  // What a command says of the agent's turn.
  struct Call {
    bool go_on = false;        // there is one
    std::string agent_prefix;  // what stands before the message in it
  };
  // Chunks are kept as their text: they are most of what is kept, and their JSON is ten times as long.
  struct KeptEvent {
    std::uint64_t seq;
    EventType type;
    std::shared_ptr<const std::string> chunk_of;  // the message that a chunk answers; null when `content` is JSON
    std::string content;
    std::size_t bytes() const { return sizeof(KeptEvent) + content.size(); }
  };

  Task<Result<void>> run_lane();
  Task<void> run_one(Queued queued);
  Task<TurnResult> answer(Queued& queued, Turning& turning);
  Task<TurnResult> run_called(const Queued& queued, CalledCommand called, Turning& turning, Call& call);
  Result<std::string> text_for_agent(const NewMessage& message, const Call& call) const;
  void emit(EventType type, const SessionEvent& facts, const std::function<void(EventWriter&)>& fill);
  void keep(const SessionEvent& event);
  std::string json_of(const KeptEvent& event) const;
  Result<void> check(NewMessage& message) const;
  bool is_open(std::string_view message_id) const;
  SessionSummary summary_after(const NewMessage& message, std::int64_t now_ms) const;

  // One that rests is small: every client that is connected holds one. Deques would cost half a kilobyte while empty.
  SessionEnvironment& environment_;
  SessionSummary summary_;
  std::vector<Message> history_;
  std::vector<std::string> arriving_;  // turns whose message is on its way to disk
  std::list<Queued> lane_;
  std::string running_turn_;
  std::shared_ptr<const std::string> running_message_;  // its id
  std::vector<SessionListener*> listeners_;
  std::list<KeptEvent> kept_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t seq_ = 0;
  std::uint64_t stops_ = 0;  // how often stop() was called
  bool running_ = false;
  bool discarded_ = false;
  std::optional<CancelSource> stop_;  // of the turn that runs, or was the last to run
};

}  // namespace chela::runtime
