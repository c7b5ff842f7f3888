#pragma once

// The gateway as a program: bootstrap -> composition -> start -> serve -> drain. Main thread, which is the loop thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chela/abi.h"
#include "kernel/app/home.hpp"
#include "kernel/core/base/clock.hpp"
#include "kernel/core/config/loader.hpp"
#include "kernel/core/config/problem.hpp"
#include "kernel/gateway/metrics.hpp"
#include "kernel/gateway/route.hpp"

namespace chela::app {

struct GatewayOptions {
  config::LoadRequest load;
  std::optional<std::uint16_t> port;  // before the configuration's; 0 picks a free one
  std::string version;
  std::span<const chela_entry* const> linked_in;
  TimePoint started_at;  // of the process
  std::vector<std::string> plugin_probe = {};  // what tries a strange plugin before it is loaded; see plugins::ProbeOptions
};

// Why a gateway did not start: everything that is wrong, each with what to change.
struct StartFailure {
  std::vector<std::string> reasons;
};

class Gateway {
 public:
  // Reads the configuration and puts the parts together. Warnings are in warnings().
  static std::expected<std::unique_ptr<Gateway>, StartFailure> create(GatewayOptions options);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  ~Gateway();

  // Listens. The URL for people, e.g. http://127.0.0.1:18789.
  std::expected<std::string, StartFailure> start();
  // Serves until SIGTERM or SIGINT, then drains: running turns may end within gracefulShutdownSeconds.
  void run();
  const std::vector<std::string>& warnings() const;
  // What it serves, and what it counts.
  const gateway::RouteTable& routes() const;
  std::vector<gateway::Metric> metrics() const;

 private:
  class Parts;
  explicit Gateway(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace chela::app
