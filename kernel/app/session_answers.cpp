// What plugins may know of sessions, and leave for their next turn.

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "kernel/app/gateway_config.hpp"
#include "kernel/app/host_answers.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/protocol/turn.hpp"
#include "kernel/runtime/channels/session_key.hpp"
#include "kernel/runtime/turn/message.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kSessionsMax = 1000;
constexpr std::uint64_t kMessagesMax = 200;
constexpr std::size_t kMessagesBytesMax = 4u << 20;  // of one answer

Json session_json(const runtime::SessionSummary& session) {
  return {{"sessionKey", runtime::session_key_of(session.id)},
          {"key", runtime::session_key_of(session.id)},
          {"sessionId", session.id},
          {"agentId", session.identity.agent},
          {"channel", session.identity.channel},
          {"lastTo", session.identity.peer},
          {"displayName", session.title},
          {"updatedAt", session.updated_at_ms}};
}

// Who the session is with; of one that is not there yet, as far as its key says.
Task<Result<runtime::SessionIdentity>> identity_of(runtime::Sessions& sessions, std::string key) {
  auto getting = sessions.get(runtime::session_id_of(key));
  auto session = co_await std::move(getting);
  if (session) co_return (*session)->summary().identity;
  if (session.error().code != ErrorCode::not_found) co_return std::unexpected(std::move(session.error()));
  auto parts = split(key, ':');
  co_return runtime::SessionIdentity{.channel = parts.size() > 2 ? std::string(parts[2]) : std::string()};
}

Error not_yours(const std::string& plugin_id, const std::string& key) {
  return {ErrorCode::denied,
          fmt::format("plugin {} may not see the session {}; plugins.entries.{}.hooks.allowConversationAccess lets it",
                      plugin_id, cut_utf8(key, 200), plugin_id)};
}

// The session of this key, or none; without a key, the newest of all.
Task<Result<std::vector<runtime::SessionSummary>>> sessions_of(runtime::Sessions& sessions,
                                                               std::optional<std::string> key) {
  if (!key) {
    auto listing = sessions.list(kSessionsMax);
    co_return co_await std::move(listing);
  }
  auto getting = sessions.get(runtime::session_id_of(*key));
  auto session = co_await std::move(getting);
  if (session) co_return std::vector{(*session)->summary()};
  if (session.error().code == ErrorCode::not_found) co_return std::vector<runtime::SessionSummary>{};
  co_return std::unexpected(std::move(session.error()));
}

std::vector<std::string> messages_in(const runtime::StoredSession& stored, std::uint64_t limit) {
  std::vector<std::string> newest_first;
  std::size_t bytes = 0;
  for (auto it = stored.entries.rbegin(); it != stored.entries.rend() && newest_first.size() < limit; ++it) {
    auto message = object_of(it->message);
    auto text = runtime::plain_text(message.value("content", Json()));
    if (text.empty()) continue;
    Json shown = {{"role", it->role}, {"content", text}, {"timestamp", it->created_at_ms}};
    newest_first.push_back(json_text(shown));
    bytes += newest_first.back().size();
    if (bytes > kMessagesBytesMax) break;
  }
  std::ranges::reverse(newest_first);
  return newest_first;
}

}  // namespace

bool SessionAnswers::may_see(const std::string& plugin_id, const runtime::SessionIdentity& identity) const {
  auto own = channels_of(sources_.plugins, plugin_id);
  if (std::ranges::find(own, identity.channel) != own.end()) return true;
  const auto* allowed = config::Path{"plugins", "entries", plugin_id, "hooks", "allowConversationAccess"}.find_in(
      sources_.configuration.current().root());
  return allowed && *allowed == true;
}

void SessionAnswers::list(const plugins::Manifest& plugin, rpc::Request request) {
  auto params = protocol::read_session_list_params(request.params());
  if (!params) return request.fail(params.error());
  constexpr auto run = [](const SessionAnswers& self, std::string id, protocol::SessionListParams what,
                          rpc::Request asked) -> Task<Result<void>> {
    auto listing = sessions_of(self.sources_.sessions, std::move(what.session_key));
    auto sessions = co_await std::move(listing);
    if (!sessions) {
      asked.fail(sessions.error());
      co_return Result<void>{};
    }
    protocol::SessionListResult result;
    for (const auto& session : *sessions) {
      if (!self.may_see(id, session.identity)) continue;
      result.sessions.push_back(json_text(session_json(session)));
    }
    asked.answer(to_json(result));
    co_return Result<void>{};
  };
  sources_.loop.spawn("session.list", run(*this, plugin.id, std::move(*params), std::move(request)));
}

void SessionAnswers::messages(const plugins::Manifest& plugin, rpc::Request request) {
  auto params = protocol::read_session_messages_params(request.params());
  if (!params) return request.fail(params.error());
  constexpr auto run = [](const SessionAnswers& self, std::string id, protocol::SessionMessagesParams what,
                          rpc::Request asked) -> Task<Result<void>> {
    auto limit = std::clamp<std::uint64_t>(what.limit.value_or(kMessagesMax), 1, kMessagesMax);
    auto reading = self.sources_.sessions.read(runtime::session_id_of(what.session_key), limit);
    auto stored = co_await std::move(reading);
    if (stored && self.may_see(id, stored->summary.identity)) {
      asked.answer(to_json(protocol::SessionMessagesResult{messages_in(*stored, limit)}));
    } else {
      asked.fail(stored ? not_yours(id, what.session_key) : stored.error());
    }
    co_return Result<void>{};
  };
  if (params->session_key.empty()) return request.fail({ErrorCode::invalid_argument, "session.messages: sessionKey is empty"});
  sources_.loop.spawn("session.messages", run(*this, plugin.id, std::move(*params), std::move(request)));
}

void SessionAnswers::enqueue(const plugins::Manifest& plugin, rpc::Request request) {
  auto params = protocol::read_session_enqueue_params(request.params());
  if (!params) return request.fail(params.error());
  if (params->session_key.empty() || params->session_key.size() > runtime::kSessionKeyBytesMax) {
    return request.fail({ErrorCode::invalid_argument, "session.enqueue: sessionKey is empty or too long"});
  }
  constexpr auto run = [](const SessionAnswers& self, std::string id, protocol::SessionEnqueueParams what,
                          rpc::Request asked) -> Task<Result<void>> {
    auto finding = identity_of(self.sources_.sessions, what.session_key);
    auto identity = co_await std::move(finding);
    if (!identity || !self.may_see(id, *identity)) {
      asked.fail(identity ? not_yours(id, what.session_key) : identity.error());
      co_return Result<void>{};
    }
    auto added = self.sources_.channels.notes().add(runtime::session_id_of(what.session_key), id, what.text);
    if (added) {
      asked.answer(to_json(protocol::SessionEnqueueResult{.enqueued = *added, .id = {}}));
    } else {
      asked.fail(std::move(added.error()).with_context("session.enqueue"));
    }
    co_return Result<void>{};
  };
  sources_.loop.spawn("session.enqueue", run(*this, plugin.id, std::move(*params), std::move(request)));
}

}  // namespace chela::app
