#include "addon/src/services.hpp"

#include <chrono>
#include <utility>

#include "addon/src/text.hpp"

namespace chela::addon {
namespace {

constexpr std::size_t kLineBytesMax = 8192;
constexpr std::size_t kTimersMax = 1024;
constexpr std::size_t kRequestsMax = 512;

}  // namespace

Services::Services(Port& port, std::shared_ptr<Mailbox> mailbox)
    : port_(port),
      mailbox_(std::move(mailbox)),
      host_{sizeof(chela_host), this, &get_service},
      log_{sizeof(chela_host_log), &write_log},
      timer_{sizeof(chela_host_timer), &unix_ms, &start_timer, &cancel_timer},
      http_{sizeof(chela_host_http), &send_http, &cancel_http} {}

bool Services::on_loop(std::string_view what) const {
  if (std::this_thread::get_id() == loop_thread_) return true;
  mailbox_->push({.kind = EventKind::log,
                  .number = CHELA_LOG_ERROR,
                  .text = std::string(what) + " was called from another thread than the loop's, and refused"});
  return false;
}

const void* Services::get_service(const chela_host* host, chela_str id) {
  auto& self = of(host);
  if (!self.open_) return nullptr;
  auto name = from_abi(id);
  if (name == CHELA_EXT_LOG) return &self.log_;
  if (name == CHELA_EXT_TIMER) return &self.timer_;
  if (name == CHELA_EXT_HTTP) return &self.http_;
  return nullptr;
}

void Services::write_log(const chela_host* host, chela_log_level level, chela_str line) {
  auto& self = of(host);
  self.mailbox_->push({.kind = EventKind::log,
                       .number = static_cast<double>(level),
                       .text = std::string(cut(from_abi(line), kLineBytesMax))});
}

std::int64_t Services::unix_ms(const chela_host*) {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::uint64_t Services::start_timer(const chela_host* host, std::uint64_t delay_ms,
                                    const chela_timer_listener* listener) {
  auto& self = of(host);
  if (!self.on_loop("chela.timer/1 start") || !listener || !CHELA_HAS(listener, chela_timer_listener, on_expire) ||
      !listener->on_expire || self.timers_.size() >= kTimersMax) {
    return 0;
  }
  auto id = ++self.last_id_;
  self.timers_.emplace(id, listener);
  self.port_.start_timer(id, delay_ms);
  return id;
}

void Services::cancel_timer(const chela_host* host, std::uint64_t id) {
  auto& self = of(host);
  if (!self.on_loop("chela.timer/1 cancel") || self.timers_.erase(id) == 0) return;
  self.port_.cancel_timer(id);
}

const chela_timer_listener* Services::take_timer(std::uint64_t id) {
  auto found = timers_.extract(id);
  return found ? found.mapped() : nullptr;
}

std::uint64_t Services::send_http(const chela_host* host, const chela_http_request* request,
                                  const chela_http_listener* listener, const chela_error_sink* error) {
  auto& self = of(host);
  auto refuse = [error](std::string_view reason) {
    if (error && error->set) error->set(error, to_abi(reason));
    return std::uint64_t{0};
  };
  if (!self.on_loop("chela.http/1 send")) return refuse("requests are sent from the loop's thread only");
  if (!request || !CHELA_HAS(request, chela_http_request, response_bytes_max) || !listener ||
      !CHELA_HAS(listener, chela_http_listener, on_done) || !listener->on_head || !listener->on_body ||
      !listener->on_done || (!request->headers && request->header_count > 0)) {
    return refuse("the request or its listener is not whole");
  }
  if (self.requests_.size() >= kRequestsMax) return refuse("512 requests of this plugin are open");
  auto id = ++self.last_id_;
  auto refused = self.port_.send_http(id, *request);
  if (!refused.empty()) return refuse(refused);
  self.requests_.emplace(id, listener);
  return id;
}

void Services::cancel_http(const chela_host* host, std::uint64_t id) {
  auto& self = of(host);
  if (!self.on_loop("chela.http/1 cancel")) return;
  const auto* listener = self.take_http(id);
  if (!listener) return;
  self.port_.cancel_http(id);
  listener->on_done(listener, CHELA_CANCELLED, to_abi("cancelled"));
}

const chela_http_listener* Services::find_http(std::uint64_t id) const {
  auto found = requests_.find(id);
  return found == requests_.end() ? nullptr : found->second;
}

const chela_http_listener* Services::take_http(std::uint64_t id) {
  auto found = requests_.extract(id);
  return found ? found.mapped() : nullptr;
}

}  // namespace chela::addon
