#include "kernel/runtime/sessions/sessions.hpp"

#include <algorithm>
#include <cctype>

#include "kernel/core/base/random.hpp"
#include "kernel/runtime/sessions/session_hooks.hpp"

namespace chela::runtime {
namespace {

constexpr int kInUseLooksMax = 8;  // until a search for idle sessions is given up

}  // namespace

bool is_session_id(std::string_view id) {
  auto valid = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == ':' || c == '-'; };
  return !id.empty() && id.size() <= 128 && id.find("..") == std::string_view::npos && std::ranges::all_of(id, valid);
}

std::string new_session_id() { return "s-" + random_hex(20); }

Sessions::Sessions(SessionEnvironment environment, Limits limits)
    : environment_(std::move(environment)), limits_(limits) {}

std::shared_ptr<Session> Sessions::find_open(std::string_view id) const {
  auto found = open_.find(std::string(id));
  return found == open_.end() ? nullptr : found->second.session;
}

std::size_t Sessions::running_count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(open_, [](const auto& entry) { return entry.second.session->running(); }));
}

Task<Result<std::shared_ptr<Session>>> Sessions::open(std::string id, SessionIdentity identity) {
  auto existing = co_await get(id);
  if (existing || existing.error().code != ErrorCode::not_found) co_return existing;
  SessionSummary summary{.id = id, .identity = std::move(identity)};
  co_return add(std::make_shared<Session>(environment_, std::move(summary)));
}

std::shared_ptr<Session> Sessions::create(SessionIdentity identity) {
  SessionSummary summary{.id = new_session_id(), .identity = std::move(identity)};
  return add(std::make_shared<Session>(environment_, std::move(summary)));
}

Task<Result<std::shared_ptr<Session>>> Sessions::get(std::string id) {
  if (!is_session_id(id)) {
    co_return fail(ErrorCode::invalid_argument,
                   "a session id is 1 to 128 of letters, digits and . _ : -, without `..`");
  }
  for (;;) {
    auto found = open_.find(id);
    if (found != open_.end()) {
      touch(found->second);
      co_return found->second.session;
    }
    if (removing_.contains(id)) break;
    auto removals = removals_;
    CHELA_CO_TRY(auto stored, co_await environment_.store.load(id, environment_.limits.history_entries_max));
    if (removals_ != removals) continue;  // what was read may have been removed meanwhile
    if (!stored) break;
    co_return add(std::make_shared<Session>(environment_, std::move(*stored)));
  }
  co_return fail(ErrorCode::not_found, "no session {}", id);
}

std::shared_ptr<Session> Sessions::add(std::shared_ptr<Session> session) {
  const auto& id = session->summary().id;
  if (auto meanwhile = find_open(id)) return meanwhile;
  open_.emplace(id, Opened{session, recency_.insert(recency_.end(), id)});
  close_idle();
  return session;
}

void Sessions::touch(Opened& opened) { recency_.splice(recency_.end(), recency_, opened.recency); }

// Those in use go behind the others, so that thousands of them are not looked at again for each one that is opened.
void Sessions::close_idle() {
  for (int in_use_seen = 0; in_use_seen < kInUseLooksMax && open_.size() > limits_.open_max;) {
    auto found = open_.find(recency_.front());
    const auto& session = *found->second.session;
    bool in_use = session.running() || session.has_listeners() || found->second.session.use_count() > 1;
    if (in_use) {
      touch(found->second);
      ++in_use_seen;
    } else {
      recency_.pop_front();
      open_.erase(found);
    }
  }
}

void Sessions::tell_ended(std::string_view reason) const {
  for (const auto& [id, opened] : open_) tell_session_end(environment_.turn.hooks, opened.session->summary(), reason);
}

Task<Result<std::vector<SessionSummary>>> Sessions::list(std::size_t limit) {
  co_return co_await environment_.store.list(limit);
}

Task<Result<StoredSession>> Sessions::read(std::string id, std::size_t entries_max) {
  if (!is_session_id(id)) co_return fail(ErrorCode::not_found, "no session of that id");
  CHELA_CO_TRY(auto stored, co_await environment_.store.load(id, entries_max));
  if (!stored) co_return fail(ErrorCode::not_found, "no session {}", id);
  co_return std::move(*stored);
}

// What is about to be forgotten is shown to whoever keeps something of it. A store that cannot read it does not stop the
// removal.
Task<void> Sessions::tell_removal(std::string id) {
  auto stored = co_await environment_.store.load(id, environment_.limits.history_entries_max);
  auto* hooks = environment_.turn.hooks;
  if (stored && *stored && hears_reset(hooks)) tell_before_reset(*hooks, **stored, "deleted");
}

Task<Result<void>> Sessions::remove(std::string id) {
  if (hears_reset(environment_.turn.hooks)) co_await tell_removal(id);
  if (auto found = open_.find(id); found != open_.end()) {
    found->second.session->discard();
    tell_session_end(environment_.turn.hooks, found->second.session->summary(), "deleted");
    recency_.erase(found->second.recency);
    open_.erase(found);
  }
  // The store works in order: a message to a new session of this id is written after the old one is gone.
  ++removals_;
  auto removing = removing_.insert(id);
  auto removed = co_await environment_.store.remove(id);
  removing_.erase(removing);
  if (!removed) co_return std::unexpected(std::move(removed.error()));
  if (!*removed) co_return fail(ErrorCode::not_found, "no session {}", id);
  co_return Result<void>{};
}

}  // namespace chela::runtime
