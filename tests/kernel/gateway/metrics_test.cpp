#include "kernel/gateway/metrics.hpp"

#include <gtest/gtest.h>

#include <limits>

#include <nlohmann/json.hpp>

namespace chela::gateway {
namespace {

const std::vector<Metric> kMetrics = {{"totalRequests", "chela_http_requests_total", "Requests", true, 12},
                                      {"load", "chela_load", "Load", false, 0.5}};

TEST(Metrics, AreJson) {
  EXPECT_EQ(metrics_json(kMetrics), R"({"totalRequests":12,"load":0.5})");
  EXPECT_EQ(metrics_json({}), "{}");
}

TEST(Metrics, AreTextForPrometheus) {
  EXPECT_EQ(metrics_prometheus(kMetrics),
            "# HELP chela_http_requests_total Requests\n# TYPE chela_http_requests_total counter\n"
            "chela_http_requests_total 12\n"
            "# HELP chela_load Load\n# TYPE chela_load gauge\nchela_load 0.5\n");
  EXPECT_EQ(metrics_prometheus({}), "");
}

TEST(Metrics, WriteNumbersThatBothFormatsRead) {
  const std::pair<double, const char*> kTable[] = {
      {0, "0"},          {-3, "-3"},  {9007199254740992.0, "9007199254740992"}, {123456789012.0, "123456789012"},
      {1e300, "1e+300"}, {0.1, "0.1"}};
  for (auto [value, text] : kTable) {
    auto out = metrics_json({{"a", "a", "", false, value}});
    EXPECT_EQ(nlohmann::json::parse(out)["a"].get<double>(), value) << out;
    EXPECT_EQ(metrics_prometheus({{"a", "a", "h", false, value}}),
              std::string("# HELP a h\n# TYPE a gauge\na ") + text + "\n");
  }
}

TEST(Metrics, NeverWriteWhatIsNoNumberInJson) {
  using Limits = std::numeric_limits<double>;
  for (double value : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
    EXPECT_EQ(metrics_json({{"a", "a", "", false, value}}), R"({"a":null})");
  }
  EXPECT_EQ(metrics_prometheus({{"a", "a", "h", false, Limits::infinity()}}), "# HELP a h\n# TYPE a gauge\na +Inf\n");
  EXPECT_EQ(metrics_prometheus({{"a", "a", "h", false, Limits::quiet_NaN()}}), "# HELP a h\n# TYPE a gauge\na NaN\n");
}

}  // namespace
}  // namespace chela::gateway
