#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/scan/package.hpp"
#include "tools/chela/exit_code.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/skill_report.hpp"
#include "tools/chela/skills_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

struct Arguments {
  std::string folder;
  bool json = false;
  bool all = false;
};

Json report_json(const std::string& folder, const ScanReport& report) {
  Json unsearched = Json::array();
  for (const auto& left : report.unsearched) {
    unsearched.push_back({{"file", repair_utf8(left.path)}, {"reason", repair_utf8(left.reason)}});
  }
  return {{"folder", repair_utf8(folder)},        {"verdict", name_of(report.verdict)}, {"score", report.score},
          {"files", report.files},                {"bytes", report.bytes},              {"complete", !report.cut},
          {"findings", findings_json(report)}, {"unsearched", unsearched}};
}

void print_report(const Arguments& arguments, const ScanReport& report) {
  print(bold(std::string(name_of(report.verdict))) + fmt::format("  score {}, {} files\n", report.score, report.files));
  print_findings(report, arguments.all);
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
