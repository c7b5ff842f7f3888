#include "kernel/core/net/egress_transfer.hpp"

#include <algorithm>
#include <utility>

namespace chela::net {

namespace {

std::string_view name_of(EgressLayer layer) {
  switch (layer) {
    case EgressLayer::dns:
      return "dns";
    case EgressLayer::connect:
      return "connect";
    case EgressLayer::proxy:
      return "proxy";
    case EgressLayer::tls:
      return "tls";
    case EgressLayer::send:
      return "send";
    case EgressLayer::cut_short:
      return "cut short";
    case EgressLayer::protocol:
      return "protocol";
    case EgressLayer::too_large:
      return "too large";
    case EgressLayer::policy:
      return "policy";
    case EgressLayer::internal:
      break;
  }
  return "internal";
}

std::string in_words(Duration duration) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return ms % 1000 == 0 ? fmt::format("{} s", ms / 1000) : fmt::format("{} ms", ms);
}

TimePoint after(TimePoint start, Duration limit) {
  bool is_unlimited = limit == Duration::zero() || limit > TimePoint::max() - start;
  return is_unlimited ? TimePoint::max() : start + limit;
}

bool is_redirect(int status, std::span<const HeaderField> fields) {
  bool is_status = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  return is_status && std::ranges::any_of(fields, [](const HeaderField& field) { return field.name == "location"; });
}

}  // namespace

Result<EgressTransfer::Accepted> EgressTransfer::accept(const EgressOptions& options, EgressRequest request) {
  auto hop = first_hop(request);
  if (!hop) return fail("sending a request", std::move(hop.error()));
  EgressSecrets secrets(options.resolve_secret, request.caller);
  auto planned = plan(*hop, request, options, secrets);
  if (!planned) return fail(shown(*hop), std::move(planned.error()));
  return Accepted{std::move(request), std::move(*hop), std::move(secrets), std::move(*planned)};
}

EgressTransfer::EgressTransfer(Context context, EgressId id, EgressListener& listener, Accepted accepted)
    : context_(context),
      id_(id),
      listener_(listener),
      request_(std::move(accepted.request)),
      hop_(std::move(accepted.hop)),
      secrets_(std::move(accepted.secrets)),
      engine_request_(std::move(accepted.engine_request)),
      total_deadline_(after(context.loop.now(), request_.total_timeout)),
      timer_(context.loop.timers(), [this] { on_deadline(); }) {
  enter(Phase::loading);
}

EgressTransfer::~EgressTransfer() {
  if (running_) engine_->stop(running_);
}

void EgressTransfer::start(EgressEngine& engine) {
  engine_ = &engine;
  send_hop();
}

void EgressTransfer::send_hop() {
  redirect_status_ = 0;
  denial_.clear();
  proxy_host_ = host_of_proxy(engine_request_.proxy);
  running_ = engine_->start(std::move(engine_request_), *this);
  if (paused_) engine_->pause(running_);
  enter(Phase::connecting);
}

void EgressTransfer::pause() {
  paused_ = true;
  if (running_) engine_->pause(running_);
}

void EgressTransfer::resume() {
  if (!std::exchange(paused_, false)) return;
  if (phase_ == Phase::receiving) enter(Phase::receiving);  // the idle time begins anew
  if (running_) engine_->resume(running_);
}

void EgressTransfer::fail_with(Error error) {
  std::string text = secrets_.redact(fmt::format("{}: {}", shown(hop_), error.message));
  end(std::unexpected(Error{error.code, std::move(text)}));
}

void EgressTransfer::end(Result<void> result) {
  timer_.disarm();
  if (running_) engine_->stop(std::exchange(running_, nullptr));
  context_.owner.on_ended(*this, std::move(result));
}

void EgressTransfer::enter(Phase phase) {
  phase_ = phase;
  quiet_since_ = context_.loop.now();
  arm();
}

Duration EgressTransfer::phase_limit() const {
  switch (phase_) {
    case Phase::loading:
      break;
    case Phase::connecting:
      return request_.connect_timeout;
    case Phase::awaiting_head:
      return request_.first_byte_timeout;
    case Phase::receiving:
      return paused_ ? Duration::zero() : request_.idle_timeout;
  }
  return Duration::zero();
}

TimePoint EgressTransfer::phase_deadline() const {
  return after(quiet_since_, phase_limit());
}

void EgressTransfer::arm() {
  TimePoint deadline = std::min(total_deadline_, phase_deadline());
  if (deadline == TimePoint::max()) {
    timer_.disarm();
  } else if (!timer_.armed() || timer_.deadline() != deadline) {
    timer_.arm(deadline);
  }
}

void EgressTransfer::on_deadline() {
  TimePoint now = context_.loop.now();
  auto time_out = [&](std::string_view kind, std::string what, Duration limit) {
    fail_with({ErrorCode::timed_out, fmt::format("timeout ({}): {} within {}", kind, what, in_words(limit))});
  };
  if (now >= total_deadline_) return time_out("total", "not finished", request_.total_timeout);
  if (now < phase_deadline()) return arm();  // bytes came meanwhile
  switch (phase_) {
    case Phase::loading:
      return;
    case Phase::connecting:
      return time_out("connect", fmt::format("no connection to {}", hop_.url.host), request_.connect_timeout);
    case Phase::awaiting_head:
      return time_out("first byte", "no answer", request_.first_byte_timeout);
    case Phase::receiving:
      return time_out("idle", "nothing more was received", request_.idle_timeout);
  }
}

bool EgressTransfer::allow_address(std::string_view ip, std::uint16_t port) {
  const AddressPolicy& policy = context_.options.address_policy;
  if (!policy) return true;
  bool via_proxy = !proxy_host_.empty();
  std::string_view host = via_proxy ? proxy_host_ : hop_.url.host;
  auto allowed = policy({request_.caller, host, ip, port, via_proxy});
  if (!allowed) denial_ = fmt::format("{} ({}): {}", ip, host, allowed.error().message);
  return allowed.has_value();
}

void EgressTransfer::on_connected() {
  enter(Phase::awaiting_head);
}

void EgressTransfer::on_head(int status, std::span<const HeaderField> fields) {
  enter(Phase::receiving);
  if (request_.follow_redirects > 0 && is_redirect(status, fields)) {
    redirect_status_ = status;
    return;
  }
  Headers headers;
  for (const HeaderField& field : fields) headers.add(field.name, field.value);
  listener_.on_head(status, headers);
}

void EgressTransfer::on_body(std::string_view bytes) {
  quiet_since_ = context_.loop.now();
  if (redirect_status_ != 0) return;
  body_bytes_ += bytes.size();
  listener_.on_body(bytes);
}

void EgressTransfer::on_done(const EngineFailure* failure, std::string_view redirect_url) {
  running_ = nullptr;
  if (failure) {
    std::string_view text = failure->layer == EgressLayer::policy ? std::string_view(denial_) : failure->text;
    bool was_denied = !denial_.empty() && failure->layer != EgressLayer::policy;
    return fail_with(
        {failure->code, fmt::format("{}: {}{}{}{}", name_of(failure->layer), text, was_denied ? " (not tried: " : "",
                                    was_denied ? denial_ : "", was_denied ? ")" : "")});
  }
  if (redirect_status_ != 0) return follow(redirect_url);
  end({});
}

void EgressTransfer::follow(std::string_view location) {
  if (++redirects_ > request_.follow_redirects) {
    return fail_with(
        {ErrorCode::protocol, fmt::format("protocol: redirected more than {} times", request_.follow_redirects)});
  }
  auto next = redirected_hop(hop_, redirect_status_, location);
  if (!next) return fail_with({next.error().code, fmt::format("protocol: {}", next.error().message)});
  auto planned = plan(*next, request_, context_.options, secrets_);
  hop_ = std::move(*next);
  if (!planned) return fail_with(std::move(planned.error()));
  engine_request_ = std::move(*planned);
  send_hop();
}

}  // namespace chela::net
