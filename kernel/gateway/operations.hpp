#pragma once

// /health, /healthz, /readyz, /metrics, /doctor and /doctor/text.

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/metrics.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

// What the application contributes: facts that no part below it knows.
struct OperationsSources {
  std::function<bool()> is_ready;                 // false while starting and draining
  std::function<nlohmann::json()> configuration;  // for the doctor: {"file", "bind", "port", "lane", "warnings": […]}
  std::function<std::vector<Metric>()> metrics;   // of the server and the egress client
};

// Of turns, models, tools and sessions.
std::vector<Metric> runtime_metrics(const Context& context);

void add_operations(Service& service, Context& context, OperationsSources sources);

}  // namespace chela::gateway
