#pragma once

// What a plugin's host offers it: chela.log/1, chela.timer/1, chela.http/1. Timers and requests are JavaScript's; here
// are their listeners. Loop thread only, but for log lines and the clock; what comes from another thread is refused.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "addon/src/mailbox.hpp"
#include "chela/ext/http.h"
#include "chela/ext/log.h"
#include "chela/ext/timer.h"

namespace chela::addon {

// JavaScript's side. None of it calls back before it returns.
class Port {
 public:
  virtual ~Port() = default;
  virtual void start_timer(std::uint64_t id, std::uint64_t delay_ms) = 0;
  virtual void cancel_timer(std::uint64_t id) = 0;
  // Empty, or why the request is refused.
  virtual std::string send_http(std::uint64_t id, const chela_http_request& request) = 0;
  virtual void cancel_http(std::uint64_t id) = 0;
};

class Services {
 public:
  // `port` outlives it.
  Services(Port& port, std::shared_ptr<Mailbox> mailbox);
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  const chela_host* host() const { return &host_; }
  // create() has returned: services are there now.
  void open() { open_ = true; }

  // The listener of a timer that has expired, which is forgotten with it; null when it was cancelled.
  const chela_timer_listener* take_timer(std::uint64_t id);
  // The listener of a request, null when it is over.
  const chela_http_listener* find_http(std::uint64_t id) const;
  const chela_http_listener* take_http(std::uint64_t id);
  bool idle() const { return timers_.empty() && requests_.empty(); }

 private:
  bool on_loop(std::string_view what) const;

  static Services& of(const chela_host* host) { return *static_cast<Services*>(host->context); }
  static const void* get_service(const chela_host* host, chela_str id);
  static void write_log(const chela_host* host, chela_log_level level, chela_str line);
  static std::int64_t unix_ms(const chela_host* host);
  static std::uint64_t start_timer(const chela_host* host, std::uint64_t delay_ms,
                                   const chela_timer_listener* listener);
  static void cancel_timer(const chela_host* host, std::uint64_t id);
  static std::uint64_t send_http(const chela_host* host, const chela_http_request* request,
                                 const chela_http_listener* listener, const chela_error_sink* error);
  static void cancel_http(const chela_host* host, std::uint64_t id);

  Port& port_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::thread::id loop_thread_ = std::this_thread::get_id();
  chela_host host_;
  chela_host_log log_;
  chela_host_timer timer_;
  chela_host_http http_;
  bool open_ = false;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, const chela_timer_listener*> timers_;
  std::map<std::uint64_t, const chela_http_listener*> requests_;
};

}  // namespace chela::addon
