#pragma once

// The numbers of a gateway, as JSON in the names of the system that Chela follows, and as Prometheus text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chela::gateway {

struct Metric {
  std::string_view json_name;        // totalRequests
  std::string_view prometheus_name;  // chela_http_requests_total
  std::string_view help;
  bool is_counter = true;  // else a gauge
  double value = 0;
};

// {"totalRequests":0,…}; whole numbers without a fraction.
std::string metrics_json(const std::vector<Metric>& metrics);
// Text exposition format 0.0.4.
std::string metrics_prometheus(const std::vector<Metric>& metrics);

}  // namespace chela::gateway
