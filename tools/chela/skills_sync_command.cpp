#include <algorithm>
#include <chrono>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/runtime/skills/copies/copies.hpp"
#include "tools/chela/exit_code.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/skill_view.hpp"
#include "tools/chela/skills_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

namespace fs = std::filesystem;
namespace skills = runtime::skills;
using Json = nlohmann::json;

struct Arguments {
  SkillView::Options options;
  std::string workspace;
  bool json = false;
};

// Of everything that decides which skills are copied.
std::string fingerprint_of(const SkillView& view, const std::string& agent) {
  Json parts = {agent};
  for (const auto& root : view.roots) parts.push_back({root.directory, name_of(root.source)});
  if (const auto* settings = view.config->find("skills")) parts.push_back(*settings);
  return sha256_hex(json_text(parts));
}

Result<int> sync(const Arguments& arguments) {
  CHELA_TRY(auto view, SkillView::read(arguments.options));
  auto workspace = fs::weakly_canonical(fs::absolute(arguments.workspace));
  for (const auto& root : view->roots) {
    std::error_code unknown;
    if (fs::weakly_canonical(root.directory, unknown) == workspace / "skills")
      return fail(ErrorCode::invalid_argument, "{} is where skills come from; copies need a workspace of their own",
                  workspace.string());
  }
  skills::copies::Originals originals{.fingerprint = fingerprint_of(*view, arguments.options.agent)};
  auto now = std::chrono::system_clock::now().time_since_epoch();
  originals.version = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  for (const auto& row : view->rows) {
    if (row.is_offered()) originals.skills.push_back(row.skill);
  }
  CHELA_TRY(auto done, skills::copies::sync(originals, workspace));
  auto copied = std::ranges::count(done.copies, true, &skills::copies::Copy::copied);
  if (arguments.json) {
    Json copies = Json::array();
    for (const auto& copy : done.copies)
      copies.push_back({{"name", copy.name}, {"folder", copy.folder}, {"copied", copy.copied}});
    print_json({{"workspace", workspace.string()}, {"copies", copies}, {"removed", done.removed}, {"notes", done.notes}});
    return kDone;
  }
  for (const auto& note : done.notes) complain(for_terminal(note));
  print(fmt::format("{} skills, {} copied, {} removed\n", done.copies.size(), copied, done.removed.size()));
  return kDone;
}

}  // namespace

void add_skills_sync_command(CLI::App& group, int& exit_code) {
  auto synced = std::make_shared<Arguments>();
  auto* syncing = group.add_subcommand("sync", "Copies the skills that can be used into another workspace");
  add_config_option(*syncing, synced->options.config);
  syncing->add_option("workspace", synced->workspace, "The workspace, of a sandbox for instance")->required();
  syncing->add_option("--agent", synced->options.agent, "Whose list of skills counts (default: nobody's)");
  syncing->add_flag("--json", synced->json, "One JSON document");
  on_command(*syncing, exit_code, [synced] { return sync(*synced); });
}

}  // namespace chela::cli
