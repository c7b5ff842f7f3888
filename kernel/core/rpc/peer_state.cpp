#include "kernel/core/rpc/peer_state.hpp"

#include <utility>

namespace chela::rpc {

Peer::Impl::Impl(Loop& on_loop, PeerHandler& with_handler, Limits with_limits)
    : loop(on_loop),
      handler(&with_handler),
      limits(with_limits),
      frames(with_limits.frame_bytes_max),
      silence(on_loop, with_limits.ping_after, with_limits.dead_after,
              {.ping = [this] { ping(); },
               .dead = [this] { end({ErrorCode::timed_out, "the other side is silent and answers no ping"}); }}) {}

bool Peer::Impl::has_room() {
  bool room = socket && socket->pending_bytes() < limits.pending_bytes_max / 4;
  waits_for_room = waits_for_room || !room;
  return room;
}

Result<void> Peer::Impl::send(std::string text) {
  if (!is_open()) return fail(ErrorCode::unavailable, "the connection is closed");
  if (text.size() > limits.frame_bytes_max) {
    return fail(ErrorCode::too_large, "the message has {} bytes, {} fit into a frame", text.size(),
                limits.frame_bytes_max);
  }
  if (socket->pending_bytes() + text.size() > 2 * limits.pending_bytes_max) {
    close({ErrorCode::exhausted, fmt::format("the other side does not read: {} bytes wait", socket->pending_bytes())});
    return fail(ErrorCode::unavailable, "the other side does not read");
  }
  socket->write(frame_header(text.size()));
  socket->write(std::move(text));
  return {};
}

void Peer::Impl::close(Error why) {
  if (!is_open()) return;
  socket->wake();
  closing = std::move(why);
}

void Peer::Impl::detach() {
  handler = nullptr;
  if (!socket) return;
  end({ErrorCode::unavailable, "the connection was given up"});
}

void Peer::Impl::on_bytes(std::string_view bytes) {
  auto self = shared_from_this();
  if (!is_open()) return;
  silence.heard();
  frames.feed(bytes);
  for (;;) {
    auto frame = frames.next();
    if (!frame) return close(std::move(frame.error()));
    if (!*frame) return;
    dispatch(**frame);
    if (!is_open()) return;
  }
}

void Peer::Impl::on_tick() {
  auto self = shared_from_this();
  for (auto& state : std::exchange(with_events, {})) {
    if (state->peer) state->flush_events();
  }
  if (closing) end(*closing);
}

void Peer::Impl::on_drained() {
  if (!std::exchange(waits_for_room, false)) return;
  auto self = shared_from_this();
  std::vector<std::shared_ptr<Request::State>> waiting;
  for (auto& [id, state] : requests) {
    if (!state->waiting.empty()) waiting.push_back(state);
  }
  for (auto& state : waiting) Request::State::wake(state);
}

void Peer::Impl::dispatch(std::string_view frame) {
  auto message = reader.read(frame);
  if (!message) return on_defect(std::move(message.error()));
  switch (message->kind) {
    case Message::Kind::request: return on_request(std::move(*message));
    case Message::Kind::notification: return on_notification(*message);
    case Message::Kind::result:
    case Message::Kind::error: return on_answer(*message);
  }
}

void Peer::Impl::on_defect(Defect defect) {
  if (!defect.id) return close({ErrorCode::protocol, std::move(defect.error.message)});
  if (accept_id(*defect.id)) (void)send(error_text(*defect.id, defect.error, {}));
}

bool Peer::Impl::accept_id(CallId id) {
  if (id > last_request) {
    last_request = id;
    return true;
  }
  close({ErrorCode::protocol, fmt::format("reading a message: the request {} follows {}", id, last_request)});
  return false;
}

void Peer::Impl::on_request(Message message) {
  if (!accept_id(message.id)) return;
  if (message.method == "host.ping") {
    (void)send(result_text(message.id, "{}"));
    return;
  }
  if (requests.size() >= limits.calls_max) {
    auto text = fmt::format("{}: {} calls are open, more are not taken", message.method, requests.size());
    (void)send(error_text(message.id, {ErrorCode::exhausted, std::move(text)}, {}));
    return;
  }
  auto state = std::make_shared<Request::State>();
  state->peer = this;
  state->id = message.id;
  state->method = std::move(message.method);
  state->params = message.params;
  requests.emplace(message.id, state);
  handler->on_request(Request(std::move(state)));
}

void Peer::Impl::on_notification(const Message& message) {
  bool ours = message.method == "call.event" || message.method == "call.credit" || message.method == "call.cancel";
  if (!ours) return handler->on_notification(message.method, message.params);
  auto note = reader.read_call_note(message.method, message.params);
  if (!note) return close({ErrorCode::protocol, std::move(note.error().message)});
  if (message.method == "call.event") return on_events(*note);
  auto found = requests.find(note->call);
  if (found == requests.end()) {
    if (note->call <= last_request) return;  // answered meanwhile
    return close({ErrorCode::protocol, fmt::format("{}: there was no request {}", message.method, note->call)});
  }
  auto state = found->second;
  if (message.method == "call.cancel") return state->cancel.cancel();
  state->add_credit(note->add);
  Request::State::wake(state);
}

void Peer::Impl::on_answer(const Message& message) {
  auto found = calls.find(message.id);
  if (found == calls.end()) {
    if (message.id <= last_call) return;  // nobody waits for it any more, or it is that of a ping
    return close({ErrorCode::protocol, fmt::format("reading a message: there was no call {}", message.id)});
  }
  auto call = std::move(found->second);
  calls.erase(found);
  call->open = false;
  if (message.kind == Message::Kind::result) return call->done.set(std::string(message.result));
  if (call->error_data) *call->error_data = message.failure.data;
  call->done.set(std::unexpected(message.failure.error));
}

void Peer::Impl::on_events(const CallNote& note) {
  auto found = calls.find(note.call);
  if (found == calls.end()) {
    if (note.call <= last_call) return;
    return close({ErrorCode::protocol, fmt::format("call.event: there was no call {}", note.call)});
  }
  auto call = found->second;
  if (!call->on_event) return close({ErrorCode::protocol, fmt::format("call.event: call {} has none", note.call)});
  if (note.events.size() > call->credit) {
    return close({ErrorCode::protocol, fmt::format("call.event: {} events for call {}, {} were allowed",
                                                   note.events.size(), note.call, call->credit)});
  }
  auto count = static_cast<std::uint32_t>(note.events.size());
  call->credit -= count;
  call->taken += count;
  for (auto event : note.events) {
    call->on_event(event);
    if (!call->open || !is_open()) return;
  }
  grant(*call);
}

void Peer::Impl::grant(Call& call) {
  if (call.taken < call.window || (call.brake && call.brake->held_)) return;
  auto add = std::exchange(call.taken, 0);
  call.credit += add;
  (void)send(notification_text("call.credit", fmt::format(R"({{"call":{},"add":{}}})", call.id, add)));
}

void Peer::Impl::ping() { (void)send(request_text(++last_call, "host.ping", "{}")); }

void Peer::Impl::end(Error why) {
  auto self = shared_from_this();
  if (!socket) return;
  std::exchange(socket, nullptr)->close();
  closing = why;
  silence.set(false);
  with_events.clear();
  for (auto& [id, state] : requests) state->peer = nullptr;
  // Tasks are not resumed from inside the destructor of the peer.
  if (!handler) return loop.post([self, why] { self->end_calls(why); });
  handler->on_closing();
  end_calls(why);
  if (auto* told = std::exchange(handler, nullptr)) told->on_closed(why);
}

void Peer::Impl::end_calls(const Error& why) {
  for (auto& [id, call] : std::exchange(calls, {})) {
    call->open = false;
    call->done.set(std::unexpected(Error{ErrorCode::unavailable, why.message}));
  }
  for (auto& [id, state] : std::exchange(requests, {})) {
    Request::State::abandon(state);
    state->cancel.cancel();
  }
}

}  // namespace chela::rpc
