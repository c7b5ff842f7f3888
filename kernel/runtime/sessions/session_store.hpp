#pragma once

// Sessions, turns and entries on disk. Loop thread only; the work is done on the store's threads.
// What add_* reports as done is on disk (fsync).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/store/database.hpp"

namespace chela::runtime {

// Who talks with whom: what makes a conversation the same one.
struct SessionIdentity {
  std::string agent = "main";
  std::string channel;
  std::string peer;
  std::string thread;
};

struct SessionSummary {
  std::string id;
  SessionIdentity identity;
  std::string title;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::uint64_t message_count = 0;  // those of the person and their answers
};

// One thing that was said. The order of `id` is the order of the conversation.
struct Entry {
  std::int64_t id = 0;
  std::string turn_id;
  std::string role;               // user, assistant, tool
  std::string message;            // JSON as providers take it
  std::string detail = "{}";      // JSON for people: reasoning, tool status and duration
  std::string client_message_id;  // of the last entry that a turn begins with; else empty
  std::int64_t created_at_ms = 0;
};

// How a turn ended. A turn without a finish reason was cut off by the end of the process.
struct TurnRecord {
  std::string id;
  std::string finish_reason;
  std::string error;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::int64_t finished_at_ms = 0;
};

struct StoredSession {
  SessionSummary summary;
  std::vector<Entry> entries;
  std::vector<TurnRecord> turns;  // of the entries
};

class SessionStore {
 public:
  static std::span<const store::Migration> migrations();

  explicit SessionStore(store::Database& database) : database_(database) {}

  // Newest first.
  Task<Result<std::vector<SessionSummary>>> list(std::size_t limit);
  // The session with its last `entries_max` entries, and with what the person had said before those when they begin
  // inside a turn; nullopt when there is none.
  Task<Result<std::optional<StoredSession>>> load(std::string id, std::size_t entries_max);
  // False when there was none.
  Task<Result<bool>> remove(std::string id);

  // What a turn begins with: the answers of client tools and what the person says. Makes the session when it is new.
  // False, and nothing is written, when the session has an entry with the client_message_id of the last one already.
  Task<Result<bool>> add_message(SessionSummary session, std::vector<Entry> entries);
  Task<Result<void>> add_entries(std::string session_id, std::vector<Entry> entries);
  // The last entries of a turn, and how it ended, in one transaction.
  Task<Result<void>> finish_turn(std::string session_id, std::vector<Entry> entries, TurnRecord turn);

 private:
  store::Database& database_;
};

}  // namespace chela::runtime
