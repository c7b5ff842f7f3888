#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/scan/package.hpp"
#include "tools/chela/exit_code.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/skills_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;
using runtime::skills::scan::Report;
using runtime::skills::scan::Severity;

struct Arguments {
  std::string folder;
  bool json = false;
  bool all = false;
};

Json report_json(const std::string& folder, const Report& report) {
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
  Json unsearched = Json::array();
  for (const auto& left : report.unsearched) {
    unsearched.push_back({{"file", repair_utf8(left.path)}, {"reason", repair_utf8(left.reason)}});
  }
  return {{"folder", repair_utf8(folder)}, {"verdict", name_of(report.verdict)}, {"score", report.score},
          {"files", report.files},      {"bytes", report.bytes},              {"findings", findings},
          {"unsearched", unsearched},   {"complete", !report.cut}};
}

void print_report(const Arguments& arguments, const Report& report) {
  print(bold(std::string(name_of(report.verdict))) + fmt::format("  score {}, {} files\n", report.score, report.files));
  std::size_t hidden = 0;
  for (const auto& found : report.findings) {
    if (!arguments.all && found.severity < Severity::medium) {
      ++hidden;
      continue;
    }
    print(for_terminal(fmt::format("{:<8}  {}:{}  {}\n", name_of(found.severity), found.file, found.line,
                                   found.sentence)));
    print(dim(for_terminal(fmt::format("          {}{}", found.decoded ? "(decoded) " : "", found.excerpt))) + "\n");
  }
  if (hidden > 0) print(fmt::format("{} lesser findings; --all shows them\n", hidden));
  for (const auto& left : report.unsearched) {
    print(for_terminal(fmt::format("not searched: {} ({})\n", left.path, left.reason)));
  }
}

}  // namespace

void add_skills_scan_command(CLI::App& skills, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = skills.add_subcommand("scan", "Whether a skill looks hostile, before anything of it is used");
  command->add_option("folder", arguments->folder, "The skill's folder")->required();
  command->add_flag("--json", arguments->json, "One JSON document");
  command->add_flag("--all", arguments->all, "Weak signs as well");
  command->callback([arguments, &exit_code] {
    auto package = runtime::skills::scan::read_package(arguments->folder);
    if (!package) {
      exit_code = fail_with(package.error());
      return;
    }
    auto report = runtime::skills::scan::scan(*package);
    if (arguments->json) {
      print_json(report_json(arguments->folder, report));
    } else {
      print_report(*arguments, report);
    }
    exit_code = report.verdict == runtime::skills::scan::Verdict::clean ? kDone : kFailed;
  });
}

}  // namespace chela::cli
