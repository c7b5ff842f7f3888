#pragma once

// Where a gateway keeps its things. CHELA_HOME moves all of it.

#include <filesystem>

#include "kernel/core/base/error.hpp"

namespace chela::app {

struct Home {
  std::filesystem::path root;       // CHELA_HOME, else ~/.chela
  std::filesystem::path database() const { return root / "state" / "chela.db"; }
  std::filesystem::path lock() const { return root / "state" / "gateway.lock"; }
  std::filesystem::path workspace() const { return root / "workspace"; }  // unless the configuration names one
  std::filesystem::path plugins() const { return root / "plugins"; }
  std::filesystem::path plugin_state() const { return root / "state" / "plugins"; }  // a folder for each that has one
  std::filesystem::path skills() const { return root / "skills"; }  // installed for all agents
  std::filesystem::path skill_state() const { return root / "state" / "skills"; }
  std::filesystem::path registrations() const { return root / "state" / "registrations"; }
};

// Makes the directories that do not exist, each for its owner only.
Result<void> prepare(const Home& home, const std::filesystem::path& workspace);

// The folder of the bundled plugins: beside the program, in ../lib/plugins.
std::filesystem::path bundled_plugins();
// The folder of the bundled skills: beside the program, in ../lib/skills.
std::filesystem::path bundled_skills();

}  // namespace chela::app
