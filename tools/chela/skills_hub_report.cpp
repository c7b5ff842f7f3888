#include "tools/chela/skills_hub_report.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

namespace hub = runtime::skills::hub;
namespace scan = runtime::skills::scan;
using Json = nlohmann::json;

// As much as the scan command calls worth a look.
constexpr auto kShownFrom = scan::Severity::medium;

Json scan_json(const scan::Report& report) {
  Json findings = Json::array();
  for (const auto& found : report.findings) {
    findings.push_back({{"rule", found.rule},
                        {"severity", name_of(found.severity)},
                        {"file", repair_utf8(found.file)},
                        {"line", found.line},
                        {"excerpt", found.excerpt},
                        {"message", found.sentence}});
  }
  return {{"verdict", name_of(report.verdict)}, {"score", report.score}, {"findings", findings}};
}

void print_row(std::string_view name, const std::string& value) {
  if (!value.empty()) print(for_terminal(fmt::format("{:<12}{}\n", name, value)));
}

void print_scan(const scan::Report& report) {
  print_row("scan", std::string(name_of(report.verdict)));
  if (report.verdict == scan::Verdict::clean) return;
  for (const auto& found : report.findings) {
    if (found.severity < kShownFrom) continue;
    print(for_terminal(
        fmt::format("  {:<8}  {}:{}  {}\n", name_of(found.severity), found.file, found.line, found.sentence)));
    print(dim(for_terminal(fmt::format("            {}", found.excerpt))) + "\n");
  }
}

std::string title_of(const hub::Candidate& candidate) {
  auto owner = candidate.owner.empty() ? std::string() : "@" + candidate.owner + "/";
  return fmt::format("{}{} {}", owner, candidate.slug, candidate.version);
}

}  // namespace

Json found_json(const hub::Found& found) {
  return {{"reference", found.reference}, {"slug", found.slug},
          {"owner", found.owner},         {"name", found.display_name},
          {"summary", found.summary},     {"version", found.version},
          {"downloads", found.downloads}, {"unscanned", found.is_unscanned}};
}

std::string found_line(const hub::Found& found) {
  return for_terminal(fmt::format("{:<36} {:<10} {}{}{}", found.reference, found.version, found.display_name,
                                  found.summary.empty() ? "" : ": " + found.summary,
                                  found.is_unscanned ? fmt::format("  [{}]", hub::kNotScanned) : "")) +
         "\n";
}

Json skill_candidate_json(const hub::Candidate& candidate, const hub::Target& target) {
  auto refusal = candidate.refusal();
  return {{"slug", candidate.slug},
          {"owner", candidate.owner},
          {"version", candidate.version},
          {"versionBefore", target.version_before},
          {"source", name_of(candidate.reference.kind)},
          {"reference", candidate.reference.spec},
          {"folder", target.folder},
          {"key", target.key},
          {"checkedBy", candidate.checked_by},
          {"skill",
           {{"name", candidate.name}, {"description", candidate.description}, {"problem", candidate.load_problem}}},
          {"verdict",
           {{"finding", name_of(candidate.verdict.finding)},
            {"status", candidate.verdict.status},
            {"reasons", candidate.verdict.reasons},
            {"overview", candidate.verdict.overview},
            {"audit", candidate.verdict.audit_url}}},
          {"scan", scan_json(candidate.report)},
          {"notes", candidate.notes},
          {"doubts", candidate.doubts()},
          {"refusedBecause", refusal},
          {"installable", refusal.empty()}};
}

void print_skill_candidate(const hub::Candidate& candidate, const hub::Target& target) {
  print(bold(for_terminal(title_of(candidate))) + "\n");
  print_row("name", candidate.name);
  print_row("description", candidate.description);
  print_row("from", fmt::format("{} ({})", candidate.reference.spec, name_of(candidate.reference.kind)));
  print_row("to", target.folder);
  print_row("replaces", target.version_before);
  print_row("checked by", candidate.checked_by);
  if (candidate.reference.is_remote()) {
    print_row("clawhub", fmt::format("{}{}{}", name_of(candidate.verdict.finding),
                                     candidate.verdict.overview.empty() ? "" : ": ", candidate.verdict.overview));
    print_row("audit", candidate.verdict.audit_url);
  }
  print_scan(candidate.report);
  for (const auto& note : candidate.notes) print_row("note", note);
}

}  // namespace chela::cli
