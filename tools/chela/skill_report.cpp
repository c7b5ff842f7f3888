#include "tools/chela/skill_report.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {

using Json = nlohmann::json;
using runtime::skills::scan::Severity;

Json findings_json(const ScanReport& report) {
  Json findings = Json::array();
  for (const auto& found : report.findings) {
    findings.push_back({{"rule", found.rule},
                        {"severity", name_of(found.severity)},
                        {"weight", found.weight},
                        {"file", repair_utf8(found.file)},
                        {"line", found.line},
                        {"excerpt", found.excerpt},
                        {"decoded", found.decoded},
                        {"message", found.sentence}});
  }
  return findings;
}

void print_findings(const ScanReport& report, bool all) {
  std::size_t hidden = 0;
  for (const auto& found : report.findings) {
    if (!all && found.severity < Severity::medium) {
      ++hidden;
      continue;
    }
    print(for_terminal(fmt::format("{:<8}  {}:{}  {}\n", name_of(found.severity), found.file, found.line,
                                   found.sentence)));
    print(dim(for_terminal(fmt::format("          {}{}", found.decoded ? "(decoded) " : "", found.excerpt))) + "\n");
  }
  if (hidden > 0) print(fmt::format("{} lesser findings; chela skills scan --all shows them\n", hidden));
  for (const auto& left : report.unsearched) {
    print(for_terminal(fmt::format("not searched: {} ({})\n", left.path, left.reason)));
  }
}

}  // namespace chela::cli
