#include "kernel/runtime/skills/scan/scan.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "kernel/runtime/skills/scan/text_scan.hpp"

namespace chela::runtime::skills::scan {
namespace {

constexpr int kMediumFrom = kWeakBelow;
constexpr int kLowFrom = 5;
constexpr int kCriticalFrom = 70;

constexpr Rule kProgramRule{.id = "program-in-package", .weight = 15,
                            .sentence = "The package holds a finished program, whose doings cannot be read."};
constexpr Rule kArchiveRule{.id = "archive-in-package", .weight = 5,
                            .sentence = "The package holds an archive, whose content was not searched."};
constexpr Rule kUnreadableRule{.id = "unreadable-text", .weight = kWeakBelow,
                               .sentence = "A file is called text or code and holds none, so that nobody can read it."};

void add_binary(const File& file, std::string_view kind, Report& report, std::vector<Hit>& hits) {
  report.unsearched.push_back({file.path, std::string(kind)});
  bool named_as_text = is_named_as_text(file.path);
  if (!is_program(kind) && !is_archive(kind) && !named_as_text) return;
  const Rule& rule = named_as_text ? kUnreadableRule : is_program(kind) ? kProgramRule : kArchiveRule;
  hits.push_back({&rule, {.rule = rule.id, .sentence = rule.sentence, .severity = severity_of(rule.weight),
                          .weight = rule.weight, .file = file.path, .excerpt = std::string(kind)}});
}

// UTF-16 as far as it is ASCII, which is as far as the rules look.
std::string without_nuls(std::string bytes) {
  std::erase(bytes, '\0');
  return bytes;
}

// `hits` are of one file.
void add_combinations(std::vector<Hit>& hits) {
  auto near = [](const Hit& a, const Hit& b, std::size_t distance) {
    auto [low, high] = std::minmax(a.finding.line, b.finding.line);
    return high - low <= distance;
  };
  auto known = hits.size();
  for (const auto& both : combinations()) {
    for (std::size_t i = 0; i < known; ++i) {
      if (hits[i].rule->id != both.first) continue;
      auto second = std::find_if(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(known), [&](const Hit& hit) {
        return hit.rule->id == both.second && near(hit, hits[i], both.distance);
      });
      if (second == hits.begin() + static_cast<std::ptrdiff_t>(known)) continue;
      auto finding = hits[i].finding;
      finding.rule = both.id;
      finding.sentence = both.sentence;
      finding.weight = both.weight;
      finding.severity = severity_of(both.weight);
      hits.push_back({nullptr, std::move(finding)});
      break;
    }
  }
}

// Each rule counts once, however often it matched.
void judge(Report& report) {
  std::map<std::string_view, int> weights;
  for (const auto& finding : report.findings) weights[finding.rule] = finding.weight;
  int weak = 0;
  int strongest = 0;
  for (auto [rule, weight] : weights) {
    strongest = std::max(strongest, weight);
    (weight < kWeakBelow ? weak : report.score) += weight;
  }
  report.score += std::min(weak, kWeakSumMax);
  if (report.score >= kMaliciousFrom && strongest >= kStrongFrom) {
    report.verdict = Verdict::malicious;
  } else if (strongest >= kStrongFrom || report.score >= kSuspiciousFrom) {
    report.verdict = Verdict::suspicious;
  }
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
#define CHELA_SCAN_VERDICT_NAME(name, meaning) \
  case Verdict::name:                          \
    return #name;
    CHELA_SCAN_VERDICT_MAP(CHELA_SCAN_VERDICT_NAME)
#undef CHELA_SCAN_VERDICT_NAME
  }
  return "";
}

std::string_view name_of(Severity severity) {
  constexpr std::string_view kNames[] = {"note", "low", "medium", "high", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

Severity severity_of(int weight) {
  if (weight >= kCriticalFrom) return Severity::critical;
  if (weight >= kStrongFrom) return Severity::high;
  if (weight >= kMediumFrom) return Severity::medium;
  return weight >= kLowFrom ? Severity::low : Severity::note;
}

Report scan(const Package& package) {
  Report report;
  report.unsearched = package.unsearched;
  report.cut = package.cut;
  for (const auto& file : package.files) {
    if (report.files >= kPackageFilesMax || file.bytes.size() > kFileBytesMax ||
        report.bytes + file.bytes.size() > kPackageBytesMax) {
      report.unsearched.push_back({file.path, "above a limit of the scan"});
      report.cut = true;
      continue;
    }
    std::vector<Hit> hits;
    if (auto kind = binary_kind(file.bytes); !kind.empty()) {
      add_binary(file, kind, report, hits);
    } else {
      ++report.files;
      report.bytes += file.bytes.size();
      if (is_utf16(file.bytes)) {
        scan_text(file.path, without_nuls(file.bytes), hits);
      } else {
        scan_text(file.path, file.bytes, hits);
      }
      add_combinations(hits);
    }
    for (auto& hit : hits) report.findings.push_back(std::move(hit.finding));
  }
  judge(report);
  std::sort(report.findings.begin(), report.findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(b.weight, a.file, a.line, a.rule, a.excerpt) <
           std::tie(a.weight, b.file, b.line, b.rule, b.excerpt);
  });
  if (report.findings.size() > kFindingsMax) report.findings.resize(kFindingsMax);
  return report;
}

}  // namespace chela::runtime::skills::scan
