#pragma once

// What the routes work with. Made by the application; outlives the service.

#include <memory>
#include <string>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/core/policy/access.hpp"
#include "kernel/gateway/rate_limit.hpp"
#include "kernel/runtime/models/catalog.hpp"
#include "kernel/runtime/sessions/sessions.hpp"
#include "kernel/runtime/tools/catalog.hpp"

namespace chela::runtime {
class Channels;
class Services;
}

namespace chela::gateway {

class MethodTable;
class PluginRoutes;

struct SocketLimits {
  std::size_t message_bytes_max = 262'144;
  std::size_t connections_max = 1'000;
  std::size_t connections_per_ip_max = 50;
  int messages_per_minute_max = 120;
  Duration receive_timeout = std::chrono::seconds(120);
};

struct Context {
  Loop& loop;
  log::Logger logger;
  std::string version;
  TimePoint started_at;
  plugins::PluginSet& plugins;
  runtime::ModelCatalog& models;
  runtime::ToolCatalog& tools;
  runtime::Sessions& sessions;
  policy::AccessControl& access;
  SocketLimits socket_limits;     // of connections and messages from now on
  RateLimit messages_per_client;  // gateway.sessionRateLimitPerMinute
  runtime::Channels* channels = nullptr;  // null: there are none
  std::shared_ptr<const PluginRoutes> plugin_routes = nullptr;  // null: plugins are asked for none
  const MethodTable* methods = nullptr;         // null: there are none
  const runtime::Services* services = nullptr;  // of plugins; null: none runs
};

}  // namespace chela::gateway
