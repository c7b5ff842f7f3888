#include "kernel/gateway/socket.hpp"

#include <charconv>
#include <map>
#include <memory>
#include <set>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/websocket_codec.hpp"
#include "kernel/core/net/websocket_handshake.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/gateway/socket_message.hpp"

namespace chela::gateway {
namespace {

using runtime::EventType;

constexpr std::string_view kSubprotocol = "chela.v1";

// One connected client. Owned by the set below; ends when its socket has closed. A client that says nothing holds no
// session unless it has named one: ten thousand may be connected.
class Client final : public runtime::SessionListener, public std::enable_shared_from_this<Client> {
 public:
  Client(Context& context, net::WebSocket& socket, policy::Principal principal)
      : context_(context),
        socket_(&socket),
        principal_(std::move(principal)),
        messages_(context.socket_limits.messages_per_minute_max, context.loop.clock()) {}
  ~Client() override { leave(); }

  const policy::Principal& principal() const { return principal_; }

  // Attaches to the session that the client has named. Nothing is read before it is open; what came with the
  // handshake, at most one read's worth, waits.
  Task<void> begin(std::string session_id, std::optional<std::uint64_t> after) {
    auto self = shared_from_this();
    makes_session_ = false;
    beginning_ = true;
    socket_->pause_reading();
    co_await attach(std::move(session_id), after, false);
    beginning_ = false;
    for (auto& [payload, is_text] : std::exchange(early_, {})) on_message(payload, is_text);
    if (socket_) socket_->resume_reading();
  }

  // Attaches to a session before anything is read. `after` is the last event that the client has, if it has one.
  // False when the client is gone, or has been told why the session cannot be had; it stays with the one it has.
  Task<bool> attach(std::string session_id, std::optional<std::uint64_t> after, bool announce) {
    auto self = shared_from_this();
    auto session = co_await context_.sessions.open(session_id, identity());
    if (!socket_) co_return false;
    if (!session) {
      report(session.error());
      co_return false;
    }
    use(std::move(*session));
    auto missed = after ? session_->events_after(*after) : runtime::MissedEvents{.complete = false};
    if (announce || after) send_attached(missed.complete);
    for (const auto& json : missed.events) send(json);
    co_return true;
  }

  void on_message(std::string_view payload, bool is_text) {
    if (!socket_ || too_fast_) return;
    if (beginning_) {
      early_.emplace_back(payload, is_text);
      return;
    }
    if (!is_text) return socket_->close(net::CloseCode::unsupported_data, "binary messages are not understood");
    messages_.set_per_minute_max(context_.socket_limits.messages_per_minute_max);
    if (!messages_.take("")) {
      too_fast_ = true;
      report({ErrorCode::exhausted, "Rate limit exceeded"});
      return close_if_too_fast();
    }
    auto message = read_socket_message(payload);
    envelope_ = envelope_ || message.is_envelope;
    ++taking_;
    context_.loop.spawn("client message", take(std::move(message)));
  }
  // An event that is of no session.
  void tell(std::string_view event) {
    if (envelope_) send(event);
  }
  void refuse(std::string_view reason) {
    if (socket_) socket_->close(net::CloseCode::policy_violation, reason);
  }
  void on_close() {
    leave();
    socket_ = nullptr;
  }

 private:
  Task<Result<void>> take(SocketMessage message) {
    auto self = shared_from_this();
    auto done = co_await act_on(std::move(message));
    --taking_;
    close_if_too_fast();
    co_return done;
  }

  Task<Result<void>> act_on(SocketMessage message) {
    auto self = shared_from_this();
    using Kind = SocketMessage::Kind;
    bool wants_own = message.kind == Kind::hello || (message.kind == Kind::user_message && message.session_id.empty());
    if (!session_ && makes_session_ && wants_own) use(context_.sessions.create(identity()));
    if (!session_ && !makes_session_) {  // it could not be opened; the client has been told
      report({ErrorCode::unavailable, "no session is attached; connect again"}, message.message_id);
      co_return Result<void>{};
    }
    switch (message.kind) {
      case Kind::heartbeat: break;
      case Kind::hello: send_attached(false); break;
      case Kind::stop:
        if (session_) session_->stop();
        break;
      case Kind::attach: co_await attach(std::move(message.session_id), message.after, true); break;
      case Kind::user_message: co_return co_await submit(std::move(message));
    }
    co_return Result<void>{};
  }

  Task<Result<void>> submit(SocketMessage message) {
    auto self = shared_from_this();
    bool elsewhere = !session_ || session_->summary().id != message.session_id;
    if (!message.session_id.empty() && elsewhere) {
      bool attached = co_await attach(message.session_id, std::nullopt, true);
      if (!attached) co_return Result<void>{};
    }
    if (!context_.messages_per_client.take(principal_.key)) {
      report({ErrorCode::exhausted, std::string(kTooFast)}, message.message_id);
      co_return Result<void>{};
    }
    auto session = session_;
    auto message_id = message.message_id.empty() ? "msg-" + random_hex(16) : message.message_id;
    if (!envelope_) raw_message_ids_.insert(message_id);
    auto accepted = co_await session->submit(
        {.text = std::move(message.text), .message_id = message_id, .sender = {principal_.key, true}});
    if (!socket_) co_return Result<void>{};
    if (!accepted) {
      raw_message_ids_.erase(message_id);
      report(accepted.error(), message_id);
    } else if (accepted->duplicate && envelope_) {
      send(json_text({{"type", "message_accepted"},
                      {"sessionId", session->summary().id},
                      {"messageId", message_id},
                      {"duplicate", true}}));
    }
    co_return Result<void>{};
  }

  // The client hears first of the messages that came before the one too many.
  void close_if_too_fast() {
    if (too_fast_ && taking_ == 0 && socket_) socket_->close(net::CloseCode::policy_violation, "rate limit exceeded");
  }

  void on_event(const runtime::SessionEvent& event) override {
    if (envelope_) return send(event.json);
    // Raw mode: one frame per answer to a message of this connection.
    if (event.type == EventType::error) raw_error_ = event.text;
    if (event.type != EventType::assistant_done || raw_message_ids_.erase(std::string(event.message_id)) == 0) return;
    auto error = std::exchange(raw_error_, {});
    send(event.text.empty() && !error.empty() ? std::string_view(error) : event.text);
  }

  void send(std::string_view text) {
    if (socket_ && socket_->is_open()) (void)socket_->send_text(text);
  }
  void send_attached(bool resumed) {
    send(json_text({{"type", "attached"}, {"sessionId", session_->summary().id}, {"seq", session_->seq()},
                    {"resumed", resumed}, {"running", session_->running()}}));
  }
  void report(const Error& error, std::string_view message_id = {}) {
    if (!envelope_) return send(error.message);
    nlohmann::json body = {{"type", "error"}, {"code", name_of(error.code)}, {"text", error.message}};
    if (!message_id.empty()) body["inReplyToMessageId"] = message_id;
    if (session_) body["sessionId"] = session_->summary().id;
    send(json_text(body));
  }
  runtime::SessionIdentity identity() const { return {.channel = "websocket", .peer = principal_.key}; }
  void use(std::shared_ptr<runtime::Session> session) {
    leave();
    session_ = std::move(session);
    session_->add_listener(*this);
  }
  void leave() {
    if (session_) session_->remove_listener(*this);
  }

  Context& context_;
  net::WebSocket* socket_;  // null once closed
  const policy::Principal principal_;
  RateLimit messages_;
  std::shared_ptr<runtime::Session> session_;
  std::vector<std::pair<std::string, bool>> early_;  // that arrived while it was beginning
  bool beginning_ = false;
  bool makes_session_ = true;  // its own, with the first message that needs one
  bool envelope_ = false;
  bool too_fast_ = false;
  int taking_ = 0;  // messages being taken in
  std::set<std::string> raw_message_ids_;
  std::string raw_error_;
};

class Clients final : public SocketClients {
 public:
  explicit Clients(Context& context) : context_(context) {}

  void close_all(std::string_view reason) override {
    for (const auto& client : clients_) client->refuse(reason);
  }

  void tell_all(std::string_view event) override {
    for (const auto& client : clients_) client->tell(event);
  }

  Task<Result<void>> connect(Request request) {
    net::WebSocketOptions options;
    for (auto offered : net::offered_subprotocols(request.http())) {
      if (offered == kSubprotocol) options.subprotocol = kSubprotocol;
    }
    options.limits.message_size_max = context_.socket_limits.message_bytes_max;
    options.limits.receive_timeout = context_.socket_limits.receive_timeout;
    auto session_id = request.http().query_value("session").value_or("");
    if (!session_id.empty() && !runtime::is_session_id(session_id)) {
      co_return fail(ErrorCode::invalid_argument, "session: not a session id");
    }
    auto after = after_of(request);
    auto accepted = request.exchange.accept_websocket(std::move(options));
    if (!accepted) co_return Result<void>{};  // the refusal has been sent
    if (is_full(request.principal)) {
      (*accepted)->close(net::CloseCode::policy_violation, "connection limit exceeded");
      co_return Result<void>{};
    }
    auto client = add(**accepted, request.principal);
    if (session_id.empty() && !after) co_return Result<void>{};
    if (session_id.empty()) session_id = runtime::new_session_id();
    co_await client->begin(std::move(session_id), after);
    co_return Result<void>{};
  }

 private:
  // The callbacks name the client alone: they need no memory of their own, and the client lives until on_close.
  std::shared_ptr<Client> add(net::WebSocket& socket, const policy::Principal& principal) {
    auto client = std::make_shared<Client>(context_, socket, principal);
    clients_.insert(client);
    ++per_address_[principal.key];
    auto* named = client.get();
    socket.on_message([named](std::string_view payload, bool is_text) { named->on_message(payload, is_text); });
    socket.on_close([this, named](const net::WebSocketClose&) { remove(named->shared_from_this()); });
    return client;
  }
  void remove(const std::shared_ptr<Client>& client) {
    client->on_close();
    clients_.erase(client);
    auto address = per_address_.find(client->principal().key);
    if (--address->second == 0) per_address_.erase(address);
  }

  static std::optional<std::uint64_t> after_of(const Request& request) {
    auto text = request.http().query_value("after").value_or("");
    std::uint64_t after = 0;
    auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), after);
    if (text.empty() || status != std::errc()) return std::nullopt;
    return after;
  }

  bool is_full(const policy::Principal& principal) const {
    auto found = per_address_.find(principal.key);
    bool address_full = found != per_address_.end() && found->second >= context_.socket_limits.connections_per_ip_max;
    return address_full || clients_.size() >= context_.socket_limits.connections_max;
  }

  Context& context_;
  std::set<std::shared_ptr<Client>> clients_;
  std::map<std::string, std::size_t> per_address_;
};

}  // namespace

std::shared_ptr<SocketClients> add_socket(Service& service, Context& context) {
  auto clients = std::make_shared<Clients>(context);
  service.add({"GET",
               "/ws",
               {policy::RouteAccess::operator_write, 0},
               "a WebSocket to a session: raw text or envelopes",
               [clients](Request request) { return clients->connect(std::move(request)); }});
  return clients;
}

}  // namespace chela::gateway
