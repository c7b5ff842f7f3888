#pragma once

// What a scan of a skill found, for people and as JSON.

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/skills/scan/scan.hpp"

namespace chela::cli {

using ScanReport = runtime::skills::scan::Report;

nlohmann::json findings_json(const ScanReport& report);
void print_findings(const ScanReport& report, bool all);  // without `all` the weak ones are only counted

}  // namespace chela::cli
