#include "kernel/app/gateway.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/net/limits.hpp"
#include "kernel/core/policy/access.hpp"
#include "tools/facts/facts.hpp"

namespace chela::facts {
namespace {

using nlohmann::json;

json route_rows(const gateway::RouteTable& table) {
  json routes = json::array();
  for (const auto& route : table.list()) {
    routes.push_back({{"method", route.method},
                      {"path", route.path},
                      {"access", policy::name_of(route.policy.access())},
                      {"bodyBytesMax", route.policy.body_bytes_max()},
                      {"openai", route.errors == gateway::ErrorStyle::openai},
                      {"summary", route.summary}});
  }
  return routes;
}

json access_rows() {
  json rows = json::array();
#define CHELA_FACT(name, meaning) rows.push_back({{"name", #name}, {"meaning", meaning}});
  CHELA_ROUTE_ACCESS_MAP(CHELA_FACT)
#undef CHELA_FACT
  return rows;
}

json metric_rows(const std::vector<gateway::Metric>& metrics) {
  json rows = json::array();
  for (const auto& metric : metrics) {
    rows.push_back({{"json", metric.json_name},
                    {"prometheus", metric.prometheus_name},
                    {"type", metric.is_counter ? "counter" : "gauge"},
                    {"help", metric.help}});
  }
  return rows;
}

std::string bytes(std::uint64_t count) {
  if (count % (1 << 20) == 0) return fmt::format("{} MiB", count >> 20);
  return count % 1024 == 0 ? fmt::format("{} KiB", count >> 10) : fmt::format("{} bytes", count);
}

std::string seconds(Duration time) {
  return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

// The bounds of the network stack that the configuration does not change.
json bound_rows() {
  const net::ServerLimits limits;
  const net::WebSocketLimits socket;
  return {
      {{"what", "Target of a request"}, {"bound", bytes(limits.http.target_size_max)}},
      {{"what", "Headers of a request"}, {"bound", std::to_string(limits.http.header_count_max)}},
      {{"what", "Extensions of one chunk"}, {"bound", bytes(limits.http.chunk_extension_size_max)}},
      {{"what", "Trailers of a request"}, {"bound", bytes(limits.http.trailer_size_max)}},
      {{"what", "Rest between two requests of a connection"}, {"bound", seconds(limits.deadlines.keep_alive)}},
      {{"what", "Slowest body, after the first " + seconds(limits.deadlines.body_grace)},
       {"bound", bytes(limits.deadlines.body_bytes_per_second_min) + " a second"}},
      {{"what", "A reader that takes nothing"}, {"bound", seconds(limits.transport.write_stall)}},
      {{"what", "Fragments of one WebSocket message"}, {"bound", std::to_string(socket.fragments_max)}},
      {{"what", "What a WebSocket client has not taken yet"}, {"bound", bytes(socket.queue_size_max)}},
      {{"what", "Wrong tokens from one address in a minute, before it is locked out for the next"},
       {"bound", std::to_string(policy::AccessControl::kWrongTokensMax)}},
  };
}

}  // namespace

Result<json> gateway(const std::filesystem::path& home) {
  app::GatewayOptions options{.version = "facts", .started_at = system_clock().now()};
  options.load.environment = {{"CHELA_HOME", home.string()}};
  auto made = app::Gateway::create(std::move(options));
  if (!made) return fail(ErrorCode::unavailable, "putting a gateway together: {}", made.error().reasons.at(0));
  return json{{"routes", route_rows((*made)->routes())},
              {"access", access_rows()},
              {"metrics", metric_rows((*made)->metrics())},
              {"bounds", bound_rows()}};
}

}  // namespace chela::facts
