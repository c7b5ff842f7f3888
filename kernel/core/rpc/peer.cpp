#include "kernel/core/rpc/peer.hpp"

#include <utility>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/rpc/peer_state.hpp"

namespace chela::rpc {

Peer::Peer(Loop& loop, PeerHandler& handler, Limits limits) : impl_(std::make_shared<Impl>(loop, handler, limits)) {}

Peer::~Peer() { impl_->detach(); }

Result<void> Peer::open(int descriptor) {
  CHELA_ASSERT(!impl_->socket && !impl_->closing, "a peer is opened once");
  CHELA_TRY(impl_->socket, Socket::open(impl_->loop, descriptor, *impl_));
  return {};
}

Task<Result<std::string>> Peer::call(std::string method, std::string params, CallOptions options) {
  return Impl::call(impl_, std::move(method), std::move(params), std::move(options));
}

Result<void> Peer::notify(std::string_view method, std::string_view params) {
  return impl_->send(notification_text(method, params));
}

void Peer::watch(bool on) { impl_->silence.set(on && impl_->is_open()); }
void Peer::close(Error why) { impl_->close(std::move(why)); }
bool Peer::is_open() const { return impl_->is_open(); }
std::size_t Peer::open_calls() const { return impl_->calls.size(); }
std::size_t Peer::open_requests() const { return impl_->requests.size(); }
std::size_t Peer::pending_bytes() const { return impl_->socket ? impl_->socket->pending_bytes() : 0; }

Task<Result<std::string>> Peer::Impl::call(std::shared_ptr<Impl> self, std::string method, std::string params,
                                           CallOptions options) {
  CHELA_CO_CHECK(options.cancel.check());
  CHELA_CO_TRY(auto call, self->begin_call(method, params, options));
  OpenCall open{self, call};
  std::string().swap(params);
  auto timeout = options.timeout;
  auto deadline = timeout == Duration::max() ? TimePoint::max() : self->loop.now() + timeout;
  auto result = co_await wait_for(self->loop, call->done, deadline, options.cancel);
  if (!result) co_return fail(fmt::format("calling {}", method), std::move(result.error()));
  co_return std::move(*result);
}

void Brake::release() {
  if (std::exchange(held_, false) && on_release_) on_release_();
}

Result<std::shared_ptr<Call>> Peer::Impl::begin_call(const std::string& method, const std::string& params,
                                                     CallOptions& options) {
  if (!is_open()) return fail(ErrorCode::unavailable, "calling {}: the connection is closed", method);
  if (calls.size() >= limits.calls_max) {
    return fail(ErrorCode::exhausted, "calling {}: {} calls are open", method, calls.size());
  }
  if (socket->pending_bytes() + params.size() > limits.pending_bytes_max) {
    return fail(ErrorCode::exhausted, "calling {}: {} bytes wait to be written", method, socket->pending_bytes());
  }
  auto id = last_call + 1;
  if (auto sent = send(request_text(id, method, params)); !sent) {
    return fail(fmt::format("calling {}", method), std::move(sent.error()));
  }
  last_call = id;
  auto call = std::make_shared<Call>();
  call->id = id;
  call->on_event = std::move(options.on_event);
  call->error_data = options.error_data;
  call->brake = options.brake;
  call->credit = options.credit;
  call->window = std::max<std::uint32_t>(1, options.credit / 2);
  calls.emplace(id, call);
  if (call->brake) {
    call->brake->on_release_ = [weak = weak_from_this(), id] {
      auto self = weak.lock();
      auto found = self ? self->calls.find(id) : decltype(self->calls)::iterator();
      if (self && found != self->calls.end() && self->is_open()) self->grant(*found->second);
    };
  }
  return call;
}

void Peer::Impl::abandon_call(Call& call) {
  if (!std::exchange(call.open, false)) return;
  calls.erase(call.id);
  (void)send(notification_text("call.cancel", fmt::format(R"({{"call":{}}})", call.id)));
}

}  // namespace chela::rpc
