#pragma once

// Where skills lie and how they are read, as the configuration says: for the gateway and for the command line. Any
// thread.

#include <filesystem>
#include <vector>

#include "kernel/app/home.hpp"
#include "kernel/core/config/overlay.hpp"
#include "kernel/core/config/snapshot.hpp"
#include "kernel/core/plugins/manifest.hpp"
#include "kernel/runtime/skills/discovery.hpp"

namespace chela::app {

struct SkillPlaces {
  const config::Snapshot& config;
  const config::Environment& environment;  // of the process
  const Home& home;
  std::filesystem::path workspace;
  std::vector<std::filesystem::path> of_plugins = {};  // skill_folders() of those that are enabled
};

// Lowest precedence first: skills.load.extraDirs and plugins, bundled (OPENCLAW_BUNDLED_SKILLS_DIR names another
// folder), managed, the person's own ~/.agents/skills (only with the default home), and the workspace's two.
std::vector<runtime::skills::Root> skill_roots(const SkillPlaces& places);

// The folders of skills that a plugin brings: below its own folder, links resolved. Others are left out, with a word in
// `problems`.
std::vector<std::filesystem::path> skill_folders(const plugins::Manifest& manifest, std::vector<std::string>& problems);

// skills.limits, skills.load.allowSymlinkTargets and skills.load.repair.
runtime::skills::DiscoverySettings skill_discovery(const config::Snapshot& config);

}  // namespace chela::app
