#pragma once

// Taking in a changed file while running: what can change live takes effect, the rest waits for a restart. Whoever
// watches the file calls read(), judges what would be in effect, and accepts it or not.

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

// What the file says now, beside what is in effect.
struct Proposal {
  std::shared_ptr<const Snapshot> next;     // would be in effect; null when the file is wrong
  std::shared_ptr<const Snapshot> written;  // would be in effect after a restart; null as `next`
  std::vector<Problem> problems;
  std::vector<Change> live;     // from the one in effect to `next`
  std::vector<Change> restart;  // from `next` to `written`
};

// Loop only. `spec` must outlive it.
class Reloader {
 public:
  Reloader(const ConfigSpec& spec, LoadRequest request, std::shared_ptr<const Snapshot> current);

  // Reads the file again and changes nothing. Blocking file read.
  Proposal read() const;
  // Puts `next` of a proposal into effect; it is not null.
  void accept(const Proposal& proposal);
  const std::shared_ptr<const Snapshot>& current() const { return current_; }
  // What to watch.
  std::filesystem::path watched_file() const { return find_config_file(request_).path; }

 private:
  const ConfigSpec& spec_;
  LoadRequest request_;
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace chela::config
