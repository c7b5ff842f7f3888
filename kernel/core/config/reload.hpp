#pragma once

// Taking in a changed file while running. Whoever watches the file calls check(); a file that is wrong changes nothing.

#include <memory>
#include <vector>

#include "kernel/core/config/loader.hpp"

namespace chela::config {

struct Change {
  Path path;
  std::string owner;
  Reload reload = Reload::restart;
};

// The paths whose effective values differ, each as deep as the difference goes, with who owns them.
std::vector<Change> changes_between(const ConfigSpec& spec, const nlohmann::json& before, const nlohmann::json& after);

// Loop only. `spec` must outlive it.
class Reloader {
 public:
  struct Outcome {
    bool changed = false;           // a new snapshot is in effect
    std::vector<Problem> problems;  // errors: the old snapshot stays
    std::vector<Change> changes;
    bool needs_restart() const;  // some change takes effect only after a restart
  };

  Reloader(const ConfigSpec& spec, LoadRequest request, std::shared_ptr<const Snapshot> current);

  // Reads the file again and puts a valid new configuration into effect.
  Outcome check();
  const std::shared_ptr<const Snapshot>& current() const { return current_; }
  // What to watch.
  std::filesystem::path watched_file() const { return find_config_file(request_).path; }

 private:
  const ConfigSpec& spec_;
  LoadRequest request_;
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace chela::config
