#include "kernel/gateway/metrics.hpp"

#include <cmath>

#include <fmt/format.h>

namespace chela::gateway {
namespace {

std::string number(double value) {
  return value == std::trunc(value) && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

std::string json_number(double value) { return std::isfinite(value) ? number(value) : "null"; }

std::string prometheus_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return number(value);
}

}  // namespace

std::string metrics_json(const std::vector<Metric>& metrics) {
  std::string out = "{";
  for (const auto& metric : metrics) {
    out += fmt::format("{}\"{}\":{}", out.size() > 1 ? "," : "", metric.json_name, json_number(metric.value));
  }
  return out + "}";
}

std::string metrics_prometheus(const std::vector<Metric>& metrics) {
  std::string out;
  for (const auto& metric : metrics) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", metric.prometheus_name, metric.help,
                       metric.is_counter ? "counter" : "gauge", prometheus_number(metric.value));
  }
  return out;
}

}  // namespace chela::gateway
