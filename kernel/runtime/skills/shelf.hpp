#pragma once

// What is known of every candidate for a skill, so that a look at the disk reads only what changed. Blocking; one thread
// at a time, any.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/core/platform/directory_watches.hpp"
#include "kernel/runtime/skills/library.hpp"
#include "kernel/runtime/skills/skill_file.hpp"

namespace chela::runtime::skills {

// One candidate as it was when its SKILL.md was read.
struct Known {
  std::string directory;
  Source source = Source::workspace;
  FileStamp stamp;
  std::int64_t origin_ns = 0;  // when that was written which says where it was installed from; 0: nothing does
  bool is_judged = false;
  std::uint64_t package = 0;          // stamp of all its files when it was judged; 0: not looked at
  std::vector<std::string> below;     // directories in it, by path from it
  std::size_t winner = kNone;         // its place in the collection
  std::unique_ptr<Skill> skill;       // when it has none there
  std::unique_ptr<Diagnostic> problem;

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
};

// What a look is to do beside comparing times.
struct LookOrders {
  bool judge_again = false;
  bool all_packages = false;                    // compare all files of all packages, or of those that were touched
  std::set<std::string, std::less<>> touched;  // directories
};

struct Looked {
  std::shared_ptr<const Collection> collection;
  bool winners_moved = false;
  bool has_unjudged = false;   // the time for judging was over
  bool has_unsettled = false;  // something was read in the instant in which it was written
  bool has_changed = false;    // the index is behind
  std::size_t files_read = 0;
  std::vector<platform::WatchedDirectory> to_watch;
};

class Shelf {
 public:
  Looked look(const LibrarySettings& settings, const LookOrders& orders);

  const std::vector<Known>& known() const { return known_; }
  const Skill* skill_of(const Known& known) const;  // null: there is a problem

  // What was read under other settings is forgotten: `reading` names them.
  void read_as(const std::string& reading);
  // Before the first look: what an earlier run knew. Paths of skills are taken from the disk, not from here.
  void remember(std::vector<Known> known) { known_ = std::move(known); }
  bool is_empty() const { return known_.empty(); }

 private:
  struct Item;
  class Look;

  std::string reading_;
  std::vector<Known> known_;
  std::shared_ptr<const Collection> collection_ = std::make_shared<const Collection>();
};

}  // namespace chela::runtime::skills
