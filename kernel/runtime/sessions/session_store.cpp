#include "kernel/runtime/sessions/session_store.hpp"

#include <algorithm>

namespace chela::runtime {
namespace {

using store::Connection;
using store::Statement;

constexpr store::Migration kMigrations[] = {
    {"sessions", 1, R"sql(
CREATE TABLE sessions(
  id TEXT PRIMARY KEY, agent TEXT NOT NULL, channel TEXT NOT NULL, peer TEXT NOT NULL, thread TEXT NOT NULL,
  title TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, message_count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_time ON sessions(updated_at);
CREATE TABLE turns(
  id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  finish_reason TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',
  input_tokens INTEGER NOT NULL DEFAULT 0, output_tokens INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX turns_by_session ON turns(session_id);
CREATE TABLE entries(
  id INTEGER PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  turn_id TEXT NOT NULL, role TEXT NOT NULL, message TEXT NOT NULL, detail TEXT NOT NULL,
  client_message_id TEXT, created_at INTEGER NOT NULL
);
CREATE INDEX entries_by_session ON entries(session_id, id);
CREATE UNIQUE INDEX entries_by_client_message ON entries(session_id, client_message_id)
  WHERE client_message_id IS NOT NULL;
)sql"}};

constexpr std::string_view kSummaryColumns =
    "SELECT id, agent, channel, peer, thread, title, created_at, updated_at, message_count FROM sessions ";

SessionSummary summary_from(const Statement& row) {
  return {.id = std::string(row.text(0)),
          .identity = {std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)),
                       std::string(row.text(4))},
          .title = std::string(row.text(5)),
          .created_at_ms = row.integer(6),
          .updated_at_ms = row.integer(7),
          .message_count = static_cast<std::uint64_t>(row.integer(8))};
}

constexpr std::string_view kEntryColumns =
    "SELECT id, turn_id, role, message, detail, coalesce(client_message_id, ''), created_at FROM entries ";

Entry entry_from(const Statement& row) {
  return {row.integer(0),           std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)),
          std::string(row.text(4)), std::string(row.text(5)), row.integer(6)};
}

// What the person said last before entry `before`.
Result<std::optional<Entry>> read_opening(Connection& connection, const std::string& id, std::int64_t before) {
  CHELA_TRY(auto row, connection.prepare("reading an entry",
                                         fmt::format("{} WHERE session_id = ?1 AND id < ?2 AND role = 'user' "
                                                     "ORDER BY id DESC LIMIT 1", kEntryColumns)));
  row.bind_all(id, before);
  CHELA_TRY(bool found, row.step());
  if (!found) return std::nullopt;
  return entry_from(row);
}

Result<std::vector<Entry>> read_entries(Connection& connection, const std::string& id, std::size_t limit) {
  CHELA_TRY(auto row, connection.prepare("reading entries",
                                         fmt::format("{} WHERE session_id = ?1 ORDER BY id DESC LIMIT ?2",
                                                     kEntryColumns)));
  row.bind_all(id, limit);
  std::vector<Entry> out;
  for (;;) {
    CHELA_TRY(bool more, row.step());
    if (!more) break;
    out.push_back(entry_from(row));
  }
  if (!out.empty() && out.back().role != "user") {
    CHELA_TRY(auto opening, read_opening(connection, id, out.back().id));
    if (opening) out.push_back(std::move(*opening));
  }
  std::ranges::reverse(out);
  return out;
}

// Those of the session's last `limit` entries, and turn `first`.
Result<std::vector<TurnRecord>> read_turns(Connection& connection, const std::string& id, std::size_t limit,
                                           const std::string& first) {
  CHELA_TRY(auto row, connection.prepare("reading turns",
      "SELECT id, finish_reason, error, input_tokens, output_tokens, finished_at FROM turns WHERE id = ?3 OR id IN "
      "(SELECT turn_id FROM entries WHERE session_id = ?1 ORDER BY id DESC LIMIT ?2)"));
  row.bind_all(id, limit, first);
  std::vector<TurnRecord> out;
  for (;;) {
    CHELA_TRY(bool more, row.step());
    if (!more) return out;
    out.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                   static_cast<std::uint64_t>(row.integer(3)), static_cast<std::uint64_t>(row.integer(4)),
                   row.integer(5)});
  }
}

Result<std::optional<StoredSession>> read_session(Connection& connection, const std::string& id, std::size_t limit) {
  CHELA_TRY(auto row, connection.prepare("reading a session", fmt::format("{} WHERE id = ?1", kSummaryColumns)));
  row.bind_all(id);
  CHELA_TRY(bool found, row.step());
  if (!found) return std::nullopt;
  StoredSession session{.summary = summary_from(row)};
  CHELA_TRY(session.entries, read_entries(connection, id, limit));
  if (session.entries.empty()) return session;
  CHELA_TRY(session.turns, read_turns(connection, id, limit, session.entries.front().turn_id));
  return session;
}

Result<void> insert_entry(Connection& connection, const std::string& session_id, const Entry& entry) {
  std::optional<std::string_view> client_id;
  if (!entry.client_message_id.empty()) client_id = entry.client_message_id;
  return connection.run("writing an entry",
      "INSERT INTO entries(session_id, turn_id, role, message, detail, client_message_id, created_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      session_id, entry.turn_id, entry.role, entry.message, entry.detail, client_id, entry.created_at_ms);
}

Result<bool> has_message(Connection& connection, const std::string& session_id, const std::string& client_id) {
  CHELA_TRY(auto row, connection.prepare("looking for a message",
      "SELECT 1 FROM entries WHERE session_id = ?1 AND client_message_id = ?2"));
  row.bind_all(session_id, client_id);
  return row.step();
}

Result<bool> write_message(Connection& connection, const SessionSummary& session, const std::vector<Entry>& entries) {
  CHELA_TRY(bool known, has_message(connection, session.id, entries.back().client_message_id));
  if (known) return false;
  const auto& identity = session.identity;
  // What is said gets its answer, so there is one more.
  auto messages = 1 + std::ranges::count(entries, "user", &Entry::role);
  CHELA_CHECK(connection.run("writing a session",
      "INSERT INTO sessions(id, agent, channel, peer, thread, title, created_at, updated_at, message_count) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
      "ON CONFLICT(id) DO UPDATE SET updated_at = excluded.updated_at, message_count = message_count + ?9, "
      "title = CASE WHEN title = '' THEN excluded.title ELSE title END",
      session.id, identity.agent, identity.channel, identity.peer, identity.thread, session.title,
      session.created_at_ms, session.updated_at_ms, messages));
  CHELA_CHECK(connection.run("writing a turn", "INSERT INTO turns(id, session_id) VALUES (?1, ?2)",
                             entries.back().turn_id, session.id));
  for (const auto& entry : entries) CHELA_CHECK(insert_entry(connection, session.id, entry));
  return true;
}

}  // namespace

std::span<const store::Migration> SessionStore::migrations() { return kMigrations; }

Task<Result<std::vector<SessionSummary>>> SessionStore::list(std::size_t limit) {
  using List = std::vector<SessionSummary>;
  auto reading = database_.read<List>([limit](Connection& connection) -> Result<List> {
    CHELA_TRY(auto row, connection.prepare("listing sessions",
                                           fmt::format("{} ORDER BY updated_at DESC, id LIMIT ?1", kSummaryColumns)));
    row.bind_all(limit);
    List out;
    for (;;) {
      CHELA_TRY(bool more, row.step());
      if (!more) return out;
      out.push_back(summary_from(row));
    }
  });
  co_return co_await std::move(reading);
}

Task<Result<std::optional<StoredSession>>> SessionStore::load(std::string id, std::size_t entries_max) {
  using Found = std::optional<StoredSession>;
  auto reading = database_.read<Found>(
      [id, entries_max](Connection& connection) -> Result<Found> { return read_session(connection, id, entries_max); });
  co_return co_await std::move(reading);
}

Task<Result<bool>> SessionStore::remove(std::string id) {
  auto writing = database_.write<bool>([id](Connection& connection) -> Result<bool> {
    CHELA_CHECK(connection.run("removing a session", "DELETE FROM sessions WHERE id = ?1", id));
    return connection.changed_rows() > 0;
  });
  co_return co_await std::move(writing);
}

Task<Result<bool>> SessionStore::add_message(SessionSummary session, std::vector<Entry> entries) {
  CHELA_ASSERT(!entries.empty(), "a turn begins with something");
  auto writing = database_.write<bool>(
      [session = std::move(session), entries = std::move(entries)](Connection& connection) -> Result<bool> {
        return write_message(connection, session, entries);
      });
  co_return co_await std::move(writing);
}

Task<Result<void>> SessionStore::add_entries(std::string session_id, std::vector<Entry> entries) {
  auto writing = database_.write<void>(
      [session_id, entries = std::move(entries)](Connection& connection) -> Result<void> {
        for (const auto& entry : entries) CHELA_CHECK(insert_entry(connection, session_id, entry));
        return {};
      });
  co_return co_await std::move(writing);
}

Task<Result<void>> SessionStore::finish_turn(std::string session_id, std::vector<Entry> entries, TurnRecord turn) {
  auto writing = database_.write<void>(
      [session_id, entries = std::move(entries), turn = std::move(turn)](Connection& connection) -> Result<void> {
        for (const auto& entry : entries) CHELA_CHECK(insert_entry(connection, session_id, entry));
        return connection.run("finishing a turn",
            "UPDATE turns SET finish_reason = ?2, error = ?3, input_tokens = ?4, output_tokens = ?5, finished_at = ?6 "
            "WHERE id = ?1",
            turn.id, turn.finish_reason, turn.error, turn.input_tokens, turn.output_tokens, turn.finished_at_ms);
      });
  co_return co_await std::move(writing);
}

}  // namespace chela::runtime
