#pragma once

// The skills of this installation, read once and kept up to date while folders come, change and go. Loop thread only,
// but for what is said to be otherwise; files are read on the worker pool.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/skills/discovery.hpp"

namespace chela {
class Loop;
}

namespace chela::runtime::skills {

struct LibrarySettings {
  std::vector<Root> roots;  // lowest precedence first; those that do not exist are waited for
  DiscoverySettings discovery;
  // What was read, remembered between runs by inode, size and times. Empty: nowhere. A file that is torn or somebody
  // else's is thrown away.
  std::filesystem::path index;
  bool watch = true;
  // Why the skill is withheld; empty: it is not. Asked on a worker, once for each skill that is new or changed, also in
  // a file beside its SKILL.md. It owns what it uses: a look that is under way may outlive the library. Null: nobody
  // judges.
  std::function<std::string(const Skill&)> judge;
  // Names what judges: judgements in the index count for this text only. Empty: they count for the run only, and each
  // skill is judged anew at the start.
  std::string judge_version;
  // A look that has judged for so long leaves the rest to the next, which begins at once. Until then they are withheld.
  Duration judge_time = std::chrono::seconds(1);
  // A file that changed so short a time before it was read may change again without another time of change: it is read
  // again by the next look.
  Duration settle_time = std::chrono::seconds(2);
  std::size_t watches_max = 32'768;  // directories; with more, nothing is watched
};

// What stood on disk at one time. Immutable; any thread.
struct Collection {
  std::uint64_t version = 0;  // moves when name, key, source, path, content or judgement of a skill did; 0: not read yet
  SkillSet set;
};

class Library {
 public:
  // Reads nothing before the first refresh().
  Library(Loop& loop, log::Logger logger, LibrarySettings settings);
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();  // waiting refreshes end

  // Afterwards current() is what stood on disk when this was called. Costs one system call while the watch has seen no
  // change; without a watch, every SKILL.md is asked for its times. What changed is read, nothing else.
  Task<void> refresh();

  std::shared_ptr<const Collection> current() const;  // never null

  // From now on other roots, limits or another judge, which is asked about every skill. Takes effect by itself once
  // there has been a refresh().
  void configure(LibrarySettings settings);

  // The judge would say something else now: it is asked about every skill again.
  void judge_again();

  // Called each time that the version moved, one for all; replaces what was there.
  void on_change(std::function<void()> callback);

  // False: changes are seen at the next refresh(). Where the system's limit of watches is reached, that is logged.
  bool is_watching() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the look that is under way
};

}  // namespace chela::runtime::skills
