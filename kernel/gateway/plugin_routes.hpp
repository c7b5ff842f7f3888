#pragma once

// Paths that plugins answer. A path of the gateway's own is never a plugin's; below the gateway's own first segments
// (/api, /v1, …) a plugin's route needs the operator's token whatever it says. Loop thread only.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

struct PluginRouteLimits {
  std::uint64_t body_bytes_max = 1 << 20;
  int requests_per_minute_max = 300;                    // of one address on routes without the token
  std::size_t running_max = 128;                        // at once, of all plugins
  Duration head_max = std::chrono::seconds(30);         // until the plugin begins to answer
  Duration silence_max = std::chrono::minutes(5);       // between two pieces of an answer
  Duration answer_max = std::chrono::hours(1);          // of a whole answer
};

// One route as a plugin registered it.
struct PluginRoute {
  std::string plugin_id;
  std::string name;  // what the plugin knows it by
  std::string path;
  bool prefix = false;       // everything below the path, too
  bool needs_token = true;   // as the plugin says; see PluginRoutes::needs_token
  bool fallback = false;     // gets what no other route takes
};

class PluginRoutes {
 public:
  // `service` has all routes of the gateway by now. Both outlive it.
  PluginRoutes(Service& service, Context& context, PluginRouteLimits limits);
  PluginRoutes(const PluginRoutes&) = delete;
  PluginRoutes& operator=(const PluginRoutes&) = delete;

  // The route for a request that no route of the gateway takes; null when there is none.
  std::shared_ptr<const Route> find(const net::RequestHead& head);
  // What the plugins provide has changed.
  void read_registry();
  // For the doctor: each route, with why it is never reached where that is so.
  nlohmann::json report() const;

 private:
  using Candidates = std::vector<std::shared_ptr<const PluginRoute>>;

  void add(const plugins::Capability& capability, const nlohmann::json& descriptor, std::string name);
  bool needs_token(const PluginRoute& route, std::string_view path) const;
  Candidates candidates(std::string_view path) const;
  Task<Result<void>> answer(Candidates candidates, Request request);
  Task<Result<void>> answer_by(std::shared_ptr<const PluginRoute> route, Request& request, bool& passed);

  Service& service_;
  Context& context_;
  PluginRouteLimits limits_;
  RateLimit requests_per_client_;
  std::vector<std::string> own_segments_;  // the first ones of the gateway's own paths
  Candidates routes_;                      // exact ones, then prefixes, the longest first, then fallbacks
  std::size_t running_ = 0;
};

// Lets `service` ask plugins for what is none of its own. The last of the add_… functions.
std::shared_ptr<PluginRoutes> add_plugin_routes(Service& service, Context& context, PluginRouteLimits limits = {});

}  // namespace chela::gateway
