#include <nlohmann/json.hpp>

#include "kernel/core/config/problem.hpp"
#include "kernel/core/plugins/diagnostic.hpp"
#include "plugin-sdk/conformance/conformance.hpp"
#include "tools/chela/checks.hpp"
#include "tools/facts/facts.hpp"

namespace chela::facts {

nlohmann::json diagnostics() {
  auto out = nlohmann::json::object();
#define CHELA_FACT(name, meaning, remedy) {{"name", #name}, {"meaning", meaning}, {"remedy", remedy}},
  out["plugins"] = {CHELA_DIAGNOSTIC_MAP(CHELA_FACT)};
  out["configuration"] = {CHELA_CONFIG_PROBLEM_MAP(CHELA_FACT)};
  out["doctor"] = {CHELA_CHECK_MAP(CHELA_FACT)};
#undef CHELA_FACT
  for (const auto& row : conformance::case_names()) {
    out["conformance"].push_back({{"name", row.name}, {"meaning", row.sentence}});
  }
  return out;
}

}  // namespace chela::facts
