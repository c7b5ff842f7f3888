#include <sys/mman.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/app/settings.hpp"
#include "kernel/core/base/hash.hpp"
#include "kernel/core/packages/engine.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/runtime/skills/hub/digests.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/scan/folder.hpp"
#include "kernel/runtime/skills/scan/package.hpp"
#include "kernel/runtime/skills/skill.hpp"
#include "tools/chela/exit_code.hpp"
#include "tools/chela/installation.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/skills_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

namespace fs = std::filesystem;
namespace skills = runtime::skills;
namespace hub = runtime::skills::hub;
namespace scan = runtime::skills::scan;
using Json = nlohmann::json;

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kDescriptionMax = 1024;
constexpr std::uint64_t kFileBytesMax = 10u << 20;     // what ClawHub takes
constexpr std::uint64_t kPackageBytesMax = 50u << 20;
constexpr std::uint32_t kPublicFileMode = 0644;

struct Arguments {
  std::string config, name, description, folder, output;
  bool json = false;
};

// The specification's rule for names; empty: it is kept.
std::string name_problem(std::string_view name) {
  auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  bool kept = !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, fits) && !name.starts_with('-') &&
              !name.ends_with('-') && !name.contains("--");
  if (kept) return {};
  return fmt::format("a name has 1 to {} lower-case letters, digits and single hyphens between them, and `{}` has not",
                     kNameMax, name);
}

std::string template_text(const std::string& name, const std::string& description) {
  std::string quoted;
  skills::append_json_text(quoted, description);  // is YAML as well
  return fmt::format(R"(---
name: {}
description: {}
---

# {}

Say here what to do when this skill applies: the steps, the commands, what the result must look like.

- Name files of this folder by their path from here, such as `references/details.md` or `scripts/run.py`.
- Start scripts through their interpreter (`python3 scripts/run.py`); archives keep no modes.
- What the skill needs belongs into the head of this file:
  `metadata: {{"openclaw": {{"requires": {{"bins": ["curl"], "env": ["API_KEY"]}}}}}}`, all on one line.
)",
                     name, quoted, name);
}

Result<int> make(const Arguments& arguments) {
  if (auto problem = name_problem(arguments.name); !problem.empty())
    return fail(ErrorCode::invalid_argument, "{}", problem);
  auto installation = Installation::read(arguments.config);
  CHELA_TRY(auto config, installation.snapshot());
  auto parent = arguments.folder.empty() ? app::workspace(*config, installation.home.workspace()) / "skills"
                                         : fs::absolute(arguments.folder);
  auto folder = parent / arguments.name;
  std::error_code unknown;
  if (fs::exists(fs::symlink_status(folder, unknown)))
    return fail(ErrorCode::already_exists, "{} is there already; choose another name", folder.string());
  auto description = arguments.description.empty()
                         ? "What this skill does, and when to use it: the words that a request for it would have."
                         : arguments.description;
  CHELA_CHECK(platform::make_private_directory(folder));
  auto file = folder / "SKILL.md";
  CHELA_CHECK(platform::write_file_atomically(file, template_text(arguments.name, description), kPublicFileMode));
  if (arguments.json) {
    print_json({{"name", arguments.name}, {"path", file.string()}});
  } else {
    print(for_terminal(file.string()) + "\n");
  }
  return kDone;
}

// What of a folder goes into an archive, and what is odd about it.
struct Package {
  std::string name, version;
  std::vector<hub::HashedFile> files;
  std::vector<packages::PackedFile> packed;
  std::vector<std::string> warnings;
};

// A link is neither packed nor left out in silence.
Result<void> refuse_links(const fs::path& folder) {
  scan::FolderWalk walk;
  walk.on_entry = [](const scan::FolderEntry& entry) -> Result<void> {
    if (!S_ISLNK(entry.info.st_mode)) return {};
    return fail(ErrorCode::invalid_argument, "{} is a link; put the file itself there", entry.path);
  };
  return scan::walk_folder(folder, walk);
}

void warn_of_names(const skills::Skill& skill, const fs::path& folder, Package& package) {
  if (auto problem = name_problem(skill.name); !problem.empty()) package.warnings.push_back(problem);
  if (skill.name != folder.filename().string())
    package.warnings.push_back("the folder is called " + folder.filename().string() + " and the skill " + skill.name);
  if (skills::utf16_length(skill.description) > kDescriptionMax)
    package.warnings.push_back(fmt::format("the description has more than {} characters", kDescriptionMax));
  for (const auto& note : skill.notes) package.warnings.push_back(note);
}

Result<Package> read_package(const fs::path& folder) {
  auto loaded = skills::load_skill(folder.string(), skills::Source::workspace);
  if (!loaded) return fail(ErrorCode::invalid_argument, "{}: {}", loaded.error().path, loaded.error().message);
  CHELA_CHECK(refuse_links(folder));
  Package out{.name = loaded->skill.name};
  auto version = loaded->fields.get("version");
  if (version.size() <= kNameMax && !version.contains('/')) out.version = version;
  warn_of_names(loaded->skill, folder, out);
  CHELA_TRY(out.files, hub::published_files(folder));
  std::ranges::sort(out.files, skills::utf16_less, &hub::HashedFile::path);
  std::uint64_t total = 0;
  for (const auto& file : out.files) {
    total += file.size;
    if (file.size > kFileBytesMax || total > kPackageBytesMax) {
      return fail(ErrorCode::too_large, "{}: a skill has at most {} MB a file and {} MB in all", file.path,
                  kFileBytesMax >> 20, kPackageBytesMax >> 20);
    }
    CHELA_TRY(auto bytes, platform::read_file(folder / file.path, kFileBytesMax));
    if (sha256_hex(bytes) != file.sha256)
      return fail(ErrorCode::unavailable, "{} was changed while it was packed; try again", file.path);
    out.packed.push_back({file.path, false, std::move(bytes)});
  }
  CHELA_TRY(auto to_scan, skills::scan::read_package(folder));
  auto report = skills::scan::scan(to_scan);
  if (report.verdict != skills::scan::Verdict::clean)
    out.warnings.push_back(fmt::format("it looks {}: see chela skills scan", name_of(report.verdict)));
  return out;
}

Result<std::string> zip_of(const Package& package) {
  CHELA_TRY(const auto* engine, packages::load_packages_module());
  platform::OwnedDescriptor memory(::memfd_create("skill", MFD_CLOEXEC));
  if (!memory) return fail_errno("making an archive", errno);
  CHELA_CHECK(engine->write_zip(memory.get(), package.packed));
  return platform::read_file(fmt::format("/proc/self/fd/{}", memory.get()), 4 * kPackageBytesMax);
}

Result<int> pack(const Arguments& arguments) {
  std::error_code unknown;
  auto folder = fs::canonical(arguments.folder, unknown);
  if (unknown) return fail_errno("reading " + arguments.folder, unknown.value());
  CHELA_TRY(auto package, read_package(folder));
  CHELA_TRY(auto bytes, zip_of(package));
  auto file = arguments.output;
  if (file.empty()) file = folder.filename().string() + (package.version.empty() ? "" : "-" + package.version) + ".zip";
  CHELA_CHECK(platform::write_file_atomically(fs::absolute(file), bytes, kPublicFileMode));
  auto hash = sha256_hex(bytes);
  auto fingerprint = hub::fingerprint_of(package.files);
  if (arguments.json) {
    print_json({{"name", package.name}, {"file", file}, {"sha256", hash}, {"fingerprint", fingerprint},
                {"files", package.files.size()}, {"bytes", bytes.size()}, {"warnings", package.warnings}});
    return kDone;
  }
  for (const auto& warning : package.warnings) complain(for_terminal(warning));
  print(for_terminal(fmt::format("{}\nsha256       {}\nfingerprint  {}\n", file, hash, fingerprint)));
  return kDone;
}

}  // namespace

void add_skills_make_commands(CLI::App& group, int& exit_code) {
  auto made = std::make_shared<Arguments>();
  auto* making = group.add_subcommand("new", "Begins a skill of your own");
  add_config_option(*making, made->config);
  making->add_option("name", made->name, "What it is called: lower-case letters, digits and hyphens")->required();
  making->add_option("--description", made->description, "What it does, and when to use it");
  making->add_option("--dir", made->folder, "Where its folder is made (default: the workspace's skills)");
  making->add_flag("--json", made->json, "One JSON document");
  on_command(*making, exit_code, [made] { return make(*made); });

  auto packed = std::make_shared<Arguments>();
  auto* packing = group.add_subcommand("pack", "Makes a ZIP of a skill, the same for the same files");
  packing->add_option("folder", packed->folder, "The skill's folder")->required();
  packing->add_option("--output", packed->output, "The file to write (default: NAME-VERSION.zip)");
  packing->add_flag("--json", packed->json, "One JSON document");
  on_command(*packing, exit_code, [packed] { return pack(*packed); });
}

}  // namespace chela::cli
