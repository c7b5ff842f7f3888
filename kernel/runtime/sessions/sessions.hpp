#pragma once

// All sessions of a gateway: opened from disk when asked for, kept while someone listens or a turn runs, and the most
// recently used ones beyond that. Loop thread only.

#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/runtime/sessions/session.hpp"

namespace chela::runtime {

class Sessions {
 public:
  struct Limits {
    std::size_t open_max = 64;  // beyond it idle ones are closed; their conversation stays on disk
  };

  Sessions(SessionEnvironment environment, Limits limits);

  // The open session, or the one on disk, or a new one with this identity (nothing is written until its first message).
  // Error invalid_argument for an id that is none.
  Task<Result<std::shared_ptr<Session>>> open(std::string id, SessionIdentity identity);
  // A new one under a new id; nothing is read from disk for it.
  std::shared_ptr<Session> create(SessionIdentity identity);
  // As open(), but not_found instead of a new one.
  Task<Result<std::shared_ptr<Session>>> get(std::string id);
  std::shared_ptr<Session> find_open(std::string_view id) const;

  Task<Result<std::vector<SessionSummary>>> list(std::size_t limit);
  // With its last messages. not_found when nothing was ever said in it.
  Task<Result<StoredSession>> read(std::string id, std::size_t entries_max);
  // Stops its turn and removes it for good: whoever still holds it can say nothing more in it. not_found when there was
  // none. What is said under this id afterwards begins a new session.
  Task<Result<void>> remove(std::string id);

  // Tells the plugins that run, of each open session, that it has ended.
  void tell_ended(std::string_view reason) const;

  std::size_t open_count() const { return open_.size(); }
  std::size_t running_count() const;
  const SessionEnvironment& environment() const { return environment_; }
  // For all turns, those that run included.
  void set_turn_limits(const TurnLimits& limits) { environment_.turn.limits = limits; }

 private:
  struct Opened {
    std::shared_ptr<Session> session;
    std::list<std::string>::iterator recency;
  };
  std::shared_ptr<Session> add(std::shared_ptr<Session> session);
  void touch(Opened& opened);
  void close_idle();  // looks at a few of the oldest
  Task<void> tell_removal(std::string id);

  SessionEnvironment environment_;
  Limits limits_;
  std::unordered_map<std::string, Opened> open_;
  std::list<std::string> recency_;  // ids, least recently used first
  std::multiset<std::string> removing_;  // not gone from disk yet
  std::uint64_t removals_ = 0;           // begun
};

// 1 to 128 of A-Z a-z 0-9 . _ : - without "..".
bool is_session_id(std::string_view id);
std::string new_session_id();

}  // namespace chela::runtime
