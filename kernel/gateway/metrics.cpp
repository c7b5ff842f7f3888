#include "kernel/gateway/metrics.hpp"

#include <cmath>

#include <fmt/format.h>

namespace chela::gateway {
namespace {

std::string number(double value) {
  return value == std::trunc(value) && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

}  // namespace

std::string metrics_json(const std::vector<Metric>& metrics) {
  std::string out = "{";
  for (const auto& metric : metrics) {
    out += fmt::format("{}\"{}\":{}", out.size() > 1 ? "," : "", metric.json_name, number(metric.value));
  }
  return out + "}";
}

std::string metrics_prometheus(const std::vector<Metric>& metrics) {
  std::string out;
  for (const auto& metric : metrics) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", metric.prometheus_name, metric.help,
                       metric.is_counter ? "counter" : "gauge", number(metric.value));
  }
  return out;
}

}  // namespace chela::gateway
