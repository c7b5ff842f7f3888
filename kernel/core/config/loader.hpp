#pragma once

// From files, environment and command line to a snapshot, or to everything that is wrong.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/config/overlay.hpp"
#include "kernel/core/config/problem.hpp"
#include "kernel/core/config/snapshot.hpp"
#include "kernel/core/config/spec.hpp"

namespace chela::config {

struct LoadRequest {
  std::optional<std::filesystem::path> file;  // --config
  Environment environment;
  std::vector<std::string> settings;  // `path=value`, in the order of the command line
};

struct ConfigFile {
  enum class Kind { named, home, upstream, none };
  Kind kind = Kind::none;
  std::filesystem::path path;  // where a new file would go, when there is none
};

// The file to read: --config, CHELA_CONFIG or OPENCLAW_CONFIG_PATH, `chela.json` in the home, else
// `~/.openclaw/openclaw.json` when it exists (read only, never written). A named file need not exist.
ConfigFile find_config_file(const LoadRequest& request);

// CHELA_HOME, else `~/.chela`.
std::filesystem::path home_directory(const Environment& environment);

struct Loaded {
  std::shared_ptr<const Snapshot> snapshot;  // null when any problem is an error
  std::vector<Problem> problems;             // in the order of the file
};

// Defaults, then the file, then the environment, then the command line. Blocking file read. Any thread.
Loaded load(const ConfigSpec& spec, const LoadRequest& request);

}  // namespace chela::config
