#include "kernel/core/plugins/host_services.hpp"

#include <algorithm>
#include <vector>

#include "kernel/core/base/text.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/plugins/abi_text.hpp"

namespace chela::plugins {
namespace {

constexpr std::size_t kTimersMax = 1024;
constexpr std::size_t kRequestsMax = 2048;  // each turn of a provider holds one
constexpr std::size_t kLogLineBytesMax = 8 * 1024;

// "*.example.com:443" matches sub-domains of example.com, not example.com itself.
bool matches(std::string_view pattern, std::string_view authority) {
  if (pattern == "*") return true;  // public addresses only: that is seen when the connection is made
  if (!pattern.starts_with("*.")) return pattern == authority;
  auto suffix = pattern.substr(1);
  return authority.size() > suffix.size() && authority.ends_with(suffix);
}

Duration or_default(uint64_t timeout_ms, Duration fallback) {
  constexpr uint64_t kTimeoutMax = 24 * 3600 * 1000;
  return timeout_ms == 0 ? fallback : Duration(std::chrono::milliseconds(std::min(timeout_ms, kTimeoutMax)));
}

net::EgressRequest to_egress(const chela_http_request& request, const std::string& plugin_id) {
  net::EgressRequest out;
  out.method = from_abi(request.method);
  out.url = from_abi(request.url);
  for (std::size_t i = 0; i < request.header_count; ++i) {
    out.headers.add(from_abi(request.headers[i].name), from_abi(request.headers[i].value));
  }
  out.body = from_abi(request.body);
  out.caller = plugin_id;
  out.proxy = from_abi(request.proxy);
  out.connect_timeout = or_default(request.connect_timeout_ms, out.connect_timeout);
  out.first_byte_timeout = or_default(request.first_byte_timeout_ms, out.first_byte_timeout);
  out.idle_timeout = or_default(request.idle_timeout_ms, out.idle_timeout);
  out.total_timeout = or_default(request.total_timeout_ms, out.total_timeout);
  if (request.response_bytes_max != 0) out.response_bytes_max = request.response_bytes_max;
  return out;
}

// A call that is [loop] and comes from another thread is refused: it would race with the loop.
bool is_on_loop(const HostEnvironment& environment, std::string_view function) {
  if (environment.loop.on_loop_thread()) return true;
  environment.logger.warning("{} was called from another thread than the loop's and refused", function);
  return false;
}

}  // namespace

const chela_host_log HostServices::kLog = {sizeof(chela_host_log), &HostServices::log_write};
const chela_host_timer HostServices::kTimer = {sizeof(chela_host_timer), &HostServices::timer_unix_ms,
                                               &HostServices::timer_start, &HostServices::timer_cancel};
const chela_host_http HostServices::kHttp = {sizeof(chela_host_http), &HostServices::http_send,
                                             &HostServices::http_cancel};

const chela_host_inbound HostServices::kInbound = {sizeof(chela_host_inbound), &HostServices::inbound_receive,
                                                   &HostServices::inbound_state};

struct HostServices::RunningTimer {
  RunningTimer(HostServices& services, uint64_t id, const chela_timer_listener* listener)
      : timer(services.environment_.loop.timers(), [&services, id, listener] {
          auto self = services.timers_.extract(id);  // freed after the callback
          ErrorText error;
          guarded(error, [&] {
            listener->on_expire(listener);
            return CHELA_OK;
          });
        }) {}
  Timer timer;
};

struct HostServices::RunningRequest final : net::EgressListener {
  RunningRequest(HostServices& owner, uint64_t request_id, const chela_http_listener* plugin_listener)
      : services(owner), id(request_id), listener(plugin_listener) {}

  template <class Call>
  void tell(Call call) {
    ErrorText error;
    guarded(error, [&] {
      call();
      return CHELA_OK;
    });
  }
  void on_head(int status, const net::Headers& headers) override {
    std::vector<std::string> names;
    std::vector<chela_http_header> fields;
    names.reserve(headers.size());
    for (auto field : headers) {
      names.push_back(to_lower(field.name));
      fields.push_back({to_abi(names.back()), to_abi(field.value)});
    }
    tell([&] { listener->on_head(listener, static_cast<uint32_t>(status), fields.data(), fields.size()); });
  }
  void on_body(std::string_view bytes) override {
    tell([&] { listener->on_body(listener, to_abi(bytes)); });
  }
  void on_done(Result<void> result) override {
    auto self = services.requests_.extract(id);  // freed after the callback
    auto status = result ? CHELA_OK : to_status(result.error().code);
    auto text = result ? std::string() : std::move(result.error().message);
    tell([&] { listener->on_done(listener, status, to_abi(text)); });
  }

  HostServices& services;
  const uint64_t id;
  const chela_http_listener* const listener;
  net::EgressId egress_id = 0;
};

HostServices::HostServices(const Manifest& manifest, const HostEnvironment& environment)
    : manifest_(manifest), environment_(environment), host_{sizeof(chela_host), this, &get_service} {
  environment_.logger = environment_.logger.with_category("plugin." + manifest.id);
  bool has_channel = std::ranges::any_of(manifest.provides, [](const auto& one) { return one.kind == "channel"; });
  if (has_channel && environment_.inbound.receive) {
    receipts_ = std::make_shared<InboundReceipts>(environment_.loop, manifest_, environment_.inbound);
  }
}

HostServices::~HostServices() { close(); }

void HostServices::open() { open_ = offered_ = true; }

void HostServices::close() {
  open_ = false;
  if (receipts_) receipts_->close();
  timers_.clear();
  while (!requests_.empty()) environment_.egress.cancel(requests_.begin()->second->egress_id);
}

const void* HostServices::get_service(const chela_host* host, chela_str id) {
  auto name = from_abi(id);
  auto& self = of(host);
  if (!self.offered_) return nullptr;  // create() must not call the host
  if (name == CHELA_EXT_LOG) return &kLog;
  if (name == CHELA_EXT_TIMER) return &kTimer;
  if (name == CHELA_EXT_HTTP && !self.manifest_.permissions.network.empty()) return &kHttp;
  if (name == CHELA_EXT_INBOUND && self.receipts_) return &kInbound;
  return nullptr;
}

void HostServices::log_write(const chela_host* host, chela_log_level level, chela_str line) {
  auto& self = of(host);
  auto text = cut_utf8(from_abi(line), kLogLineBytesMax);
  constexpr log::Level kLevels[] = {log::Level::debug, log::Level::info, log::Level::warning, log::Level::error};
  self.environment_.logger.write(kLevels[std::clamp(static_cast<int>(level), 0, 3)], {}, text);
}

int64_t HostServices::timer_unix_ms(const chela_host* host) { return of(host).environment_.loop.clock().unix_ms(); }

uint64_t HostServices::timer_start(const chela_host* host, uint64_t delay_ms, const chela_timer_listener* listener) {
  auto& self = of(host);
  if (!is_on_loop(self.environment_, "chela.timer/1 start()")) return 0;
  if (!self.open_ || !listener || !CHELA_HAS(listener, chela_timer_listener, on_expire) || !listener->on_expire)
    return 0;
  if (self.timers_.size() >= kTimersMax) return 0;
  auto id = ++self.last_id_;
  auto [place, added] = self.timers_.emplace(id, std::make_unique<RunningTimer>(self, id, listener));
  place->second->timer.arm_after(or_default(delay_ms, Duration::zero()));
  return id;
}

void HostServices::timer_cancel(const chela_host* host, uint64_t timer_id) {
  auto& self = of(host);
  if (is_on_loop(self.environment_, "chela.timer/1 cancel()")) self.timers_.erase(timer_id);
}

Result<void> HostServices::check_network(std::string_view url) const {
  CHELA_TRY(auto parsed, net::parse_egress_url(url));
  auto authority = parsed.authority();
  for (const auto& pattern : manifest_.permissions.network) {
    if (pattern == "@service" ? environment_.is_service_authority && environment_.is_service_authority(authority)
                              : matches(pattern, authority)) {
      return {};
    }
  }
  return fail(ErrorCode::denied, "plugin {} may not reach {}: its manifest's permissions.network do not name it",
              manifest_.id, authority);
}

uint64_t HostServices::http_send(const chela_host* host, const chela_http_request* request,
                                 const chela_http_listener* listener, const chela_error_sink* error) {
  auto& self = of(host);
  auto refuse = [&](std::string_view why) {
    error->set(error, to_abi(why));
    return uint64_t{0};
  };
  if (!is_on_loop(self.environment_, "chela.http/1 send()")) return refuse("requests are sent from the loop's thread");
  if (!self.open_) return refuse("the plugin is not running");
  if (!request || !CHELA_HAS(request, chela_http_request, response_bytes_max))
    return refuse("the request is too short");
  if (!request->headers && request->header_count > 0) return refuse("the request has a count of headers and no headers");
  if (!listener || !CHELA_HAS(listener, chela_http_listener, on_done) || !listener->on_head || !listener->on_body ||
      !listener->on_done) {
    return refuse("the listener is too short or has null functions");
  }
  if (self.requests_.size() >= kRequestsMax) return refuse("the plugin has 2048 requests open already");
  if (auto allowed = self.check_network(from_abi(request->url)); !allowed) return refuse(allowed.error().message);

  auto id = ++self.last_id_;
  auto running = std::make_unique<RunningRequest>(self, id, listener);
  auto sent = self.environment_.egress.send(to_egress(*request, self.manifest_.id), *running);
  if (!sent) return refuse(sent.error().message);
  running->egress_id = *sent;
  self.requests_.emplace(id, std::move(running));
  return id;
}

chela_status HostServices::inbound_receive(const chela_host* host, const chela_inbound_message* message,
                                           const chela_inbound_listener* listener, const chela_error_sink* error) {
  auto taken = message ? of(host).receipts_->receive(*message, listener)
                       : Result<void>(fail(ErrorCode::invalid_argument, "there is no message"));
  if (taken) return CHELA_OK;
  error->set(error, to_abi(taken.error().message));
  return to_status(taken.error().code);
}

void HostServices::inbound_state(const chela_host* host, chela_str channel, chela_str account, chela_str state) {
  of(host).receipts_->tell_state(channel, account, state);
}

void HostServices::http_cancel(const chela_host* host, uint64_t request_id) {
  auto& self = of(host);
  if (!is_on_loop(self.environment_, "chela.http/1 cancel()")) return;
  auto found = self.requests_.find(request_id);
  if (found != self.requests_.end()) self.environment_.egress.cancel(found->second->egress_id);
}

}  // namespace chela::plugins
