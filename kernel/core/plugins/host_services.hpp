#pragma once

// The host's side of the ABI for one plugin instance: what get_service() offers, within the plugin's permissions.
// Loop thread, but for what the ABI tags [any-thread].

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "chela/abi.h"
#include "chela/ext/http.h"
#include "chela/ext/log.h"
#include "chela/ext/timer.h"
#include "kernel/core/base/error.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/plugins/inbound_receipts.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::net {
class Egress;
}

namespace chela::plugins {

// What host services are made of; everything outlives the instances.
struct HostEnvironment {
  Loop& loop;
  log::Logger logger;
  net::Egress& egress;
  // Whether `authority` ("host:port") belongs to a service that the operator configured: the manifest's "@service".
  std::function<bool(std::string_view authority)> is_service_authority;
  InboundDoor inbound = {};  // for plugins with channels; empty: nobody takes messages
};

class HostServices {
 public:
  HostServices(const Manifest& manifest, const HostEnvironment& environment);
  HostServices(const HostServices&) = delete;
  HostServices& operator=(const HostServices&) = delete;
  ~HostServices();

  const chela_host* host() const { return &host_; }
  void open();   // create() has returned: services may be asked for
  // Cancels every timer and request, and starts no more. Listeners of requests are told at once. Services are there
  // until destroy() has returned.
  void close();

 private:
  struct RunningTimer;
  struct RunningRequest;

  static HostServices& of(const chela_host* host) { return *static_cast<HostServices*>(host->context); }
  static const void* get_service(const chela_host* host, chela_str id);

  static void log_write(const chela_host* host, chela_log_level level, chela_str line);
  static int64_t timer_unix_ms(const chela_host* host);
  static uint64_t timer_start(const chela_host* host, uint64_t delay_ms, const chela_timer_listener* listener);
  static void timer_cancel(const chela_host* host, uint64_t timer_id);
  static uint64_t http_send(const chela_host* host, const chela_http_request* request,
                            const chela_http_listener* listener, const chela_error_sink* error);
  static void http_cancel(const chela_host* host, uint64_t request_id);

  static chela_status inbound_receive(const chela_host* host, const chela_inbound_message* message,
                                      const chela_inbound_listener* listener, const chela_error_sink* error);
  static void inbound_state(const chela_host* host, chela_str channel, chela_str account, chela_str state);

  Result<void> check_network(std::string_view url) const;

  static const chela_host_log kLog;
  static const chela_host_timer kTimer;
  static const chela_host_http kHttp;
  static const chela_host_inbound kInbound;

  const Manifest& manifest_;
  HostEnvironment environment_;
  chela_host host_;
  std::atomic<bool> offered_ = false;  // read by get_service(), which any thread may call
  bool open_ = false;
  std::shared_ptr<InboundReceipts> receipts_;  // null for a plugin without a channel
  uint64_t last_id_ = 0;
  std::map<uint64_t, std::unique_ptr<RunningTimer>> timers_;
  std::map<uint64_t, std::unique_ptr<RunningRequest>> requests_;
};

}  // namespace chela::plugins
