#include "kernel/core/rpc/request.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "kernel/core/rpc/peer_state.hpp"

namespace chela::rpc {
namespace {

constexpr std::uint32_t kCreditDefault = 64;
constexpr std::size_t kBatchBytesMax = 64 * 1024;  // a larger batch leaves before the end of the tick
constexpr std::size_t kBatchCountMax = 1024;       // as manifests/schema/protocol/call.json says
constexpr std::size_t kEnvelopeBytesMax = 256;     // of call.event around its events

std::unexpected<Error> ended() { return fail(ErrorCode::cancelled, "sending an event: nobody waits for it any more"); }

}  // namespace

Request::Request(Request&&) noexcept = default;

Request& Request::operator=(Request&& other) noexcept {
  auto before = Request(std::exchange(state_, std::move(other.state_)));
  return *this;
}

Request::~Request() {
  if (state_) fail({ErrorCode::internal, "the request was dropped without an answer"});
}

std::uint64_t Request::id() const { return static_cast<std::uint64_t>(state_->id); }
const std::string& Request::method() const { return state_->method; }
const std::string& Request::params() const { return state_->params; }
CancelToken Request::cancelled() const { return state_->cancel.token(); }

Task<Result<void>> Request::send_event(std::string event) { return State::send_event(state_, std::move(event)); }

void Request::answer(std::string result) {
  if (!state_->peer) return;
  if (result.size() + kEnvelopeBytesMax > state_->peer->limits.frame_bytes_max) {
    return fail({ErrorCode::too_large, fmt::format("answering {}: the result has {} bytes, {} fit into a frame",
                                                   state_->method, result.size(), state_->peer->limits.frame_bytes_max)});
  }
  State::end(state_, result_text(state_->id, result));
}

void Request::fail(const Error& error, std::string data) {
  if (state_->peer) State::end(state_, error_text(state_->id, error, data));
}

Task<Result<void>> Request::State::send_event(std::shared_ptr<State> self, std::string event) {
  if (!self->peer || self->cancel.cancelled()) co_return ended();
  if (event.size() + kEnvelopeBytesMax > self->peer->limits.frame_bytes_max) {
    co_return chela::fail(ErrorCode::too_large, "sending an event: it has {} bytes, {} fit into a frame", event.size(),
                          self->peer->limits.frame_bytes_max);
  }
  if (!self->waiting.empty() || !self->may_send()) {
    struct Place {
      State& state;
      Turn turn;
      explicit Place(State& waited) : state(waited) { state.waiting.push_back(&turn); }
      Place(const Place&) = delete;
      Place& operator=(const Place&) = delete;
      ~Place() { state.waiting.remove(&turn); }
    } place(*self);
    auto registration = self->cancel.token().on_cancel([&] { place.turn.set(ended()); });
    CHELA_CO_CHECK(co_await place.turn.wait());
    if (!self->peer) co_return ended();
  }
  self->append(event);
  co_return Result<void>{};
}

bool Request::State::may_send() {
  if (!credit) credit = read_credit(params).value_or(kCreditDefault);
  return *credit > 0 && peer->has_room();
}

void Request::State::add_credit(std::uint32_t more) {
  if (!credit) credit = read_credit(params).value_or(kCreditDefault);
  credit = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(std::uint64_t{*credit} + more, std::numeric_limits<std::uint32_t>::max()));
}

void Request::State::append(const std::string& event) {
  if (batch.size() + event.size() > std::min(kBatchBytesMax, peer->limits.frame_bytes_max - kEnvelopeBytesMax)) {
    flush_events();
  }
  if (batch_count == 0) {
    peer->with_events.push_back(peer->requests.at(id));
    peer->socket->wake();
  } else {
    batch += ',';
  }
  batch += event;
  --*credit;
  if (++batch_count == kBatchCountMax) flush_events();
}

void Request::State::flush_events() {
  if (batch_count == 0) return;
  auto params_text = fmt::format(R"({{"call":{},"events":[)", id);
  params_text.append(std::exchange(batch, {})).append("]}");
  batch_count = 0;
  // It fits, and the end of the connection is told by other means.
  (void)peer->send(notification_text("call.event", params_text));
}

void Request::State::wake(const std::shared_ptr<State>& state) {
  auto self = state;
  while (self->peer && !self->waiting.empty() && self->may_send()) {
    auto* turn = self->waiting.front();
    self->waiting.pop_front();
    turn->set({});
  }
}

void Request::State::end(const std::shared_ptr<State>& state, std::string text) {
  auto self = state;
  self->flush_events();
  auto* peer = std::exchange(self->peer, nullptr);
  peer->requests.erase(self->id);
  (void)peer->send(std::move(text));
  abandon(self);
}

void Request::State::abandon(const std::shared_ptr<State>& state) {
  auto self = state;
  self->peer = nullptr;
  while (!self->waiting.empty()) {
    auto* turn = self->waiting.front();
    self->waiting.pop_front();
    turn->set(ended());
  }
}

}  // namespace chela::rpc
