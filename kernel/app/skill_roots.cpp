#include "kernel/app/skill_roots.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/app/settings.hpp"
#include "kernel/core/platform/paths.hpp"

namespace chela::app {
namespace {

namespace fs = std::filesystem;
using runtime::skills::Root;
using runtime::skills::Source;

constexpr std::size_t kFoldersOfPluginMax = 16;

bool is_below(const fs::path& folder, const fs::path& path) {
  auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::size_t size_or(const config::Snapshot& config, const char* path, std::size_t otherwise) {
  const auto* found = config.find(path);
  return found && found->is_number_unsigned() ? found->get<std::size_t>() : otherwise;
}

// Of the person; empty: unknown.
fs::path own_directory(const config::Environment& environment) {
  if (const auto* home = config::find_variable(environment, "HOME")) return *home;
  auto known = platform::home_directory();
  return known ? *known : fs::path();
}

}  // namespace

std::vector<Root> skill_roots(const SkillPlaces& places) {
  std::vector<Root> out;
  auto add = [&](const fs::path& directory, Source source) {
    if (!directory.empty()) out.push_back({directory.string(), source});
  };
  for (const auto& directory : places.config.find_strings("skills.load.extraDirs")) {
    add(expanded_path(directory), Source::extra);
  }
  for (const auto& directory : places.of_plugins) add(directory, Source::extra);
  const auto* named = config::find_variable(places.environment, "OPENCLAW_BUNDLED_SKILLS_DIR");
  add(named ? expanded_path(*named) : bundled_skills(), Source::bundled);
  add(places.home.skills(), Source::managed);
  // A gateway with a home of its own, as tests and second gateways have, has nothing to do with what the person uses.
  auto own = own_directory(places.environment);
  bool is_default_home = places.home.root.lexically_normal() == (own / ".chela").lexically_normal();
  if (!own.empty() && is_default_home) add(own / ".agents" / "skills", Source::personal);
  add(places.workspace / ".agents" / "skills", Source::project);
  add(places.workspace / "skills", Source::workspace);
  return out;
}

std::vector<fs::path> skill_folders(const plugins::Manifest& manifest, std::vector<std::string>& problems) {
  std::vector<fs::path> out;
  std::error_code failed;
  auto own = fs::canonical(manifest.directory, failed);
  if (failed) return out;
  for (const auto& name : manifest.skills) {
    if (out.size() >= kFoldersOfPluginMax) break;
    auto folder = fs::canonical(own / name, failed);
    if (failed) {
      problems.push_back("plugin " + manifest.id + ": its folder of skills " + name + " is not there");
    } else if (folder != own && !is_below(own, folder)) {
      problems.push_back("plugin " + manifest.id + ": its folder of skills " + name + " lies outside of it");
    } else {
      out.push_back(std::move(folder));
    }
  }
  return out;
}

runtime::skills::DiscoverySettings skill_discovery(const config::Snapshot& config) {
  runtime::skills::DiscoverySettings out;
  auto& limits = out.limits;
  limits.candidates_max = size_or(config, "skills.limits.maxCandidatesPerRoot", limits.candidates_max);
  limits.skills_max = size_or(config, "skills.limits.maxSkillsLoadedPerSource", limits.skills_max);
  limits.file_bytes_max = size_or(config, "skills.limits.maxSkillFileBytes", limits.file_bytes_max);
  for (const auto& target : config.find_strings("skills.load.allowSymlinkTargets")) {
    out.link_targets.push_back(expanded_path(target).string());
  }
  const auto* repair = config.find("skills.load.repair");
  bool repairs = repair && repair->is_boolean() && repair->get<bool>();
  out.load.any_case = repairs;
  out.load.manifest = {.later_namespaces = repairs, .named_env = repairs, .platform_names = repairs};
  return out;
}

}  // namespace chela::app
