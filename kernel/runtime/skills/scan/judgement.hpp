#pragma once

// Whether a skill may be offered as it lies there: its folder is scanned when it is first seen and whenever anything in
// it changes. What was found is remembered by content, also between runs.
//
//   from                        | "off"     | "warn"                  | "refuse" (the default)
//   bundled, custodian          | unscanned | unscanned               | unscanned
//   the person's own (workspace,| unscanned | malicious is withheld   | malicious is withheld
//     not installed)            |           |                         |
//   all others                  | unscanned | malicious is withheld   | malicious and suspicious are withheld
//
// A withheld skill is offered all the same when `skills.entries.KEY.accept` is the hash of exactly this content.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/scan/scan.hpp"
#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills::scan {

enum class Scanning : std::uint8_t { off, warn, refuse };

struct JudgeSettings {
  Scanning scanning = Scanning::refuse;                     // skills.scan
  std::map<std::string, std::string, std::less<>> accepted;  // skills.entries.KEY.accept: "sha256:…" by key
};

// Of the whole configuration. What is missing or no value of the setting counts as the default.
JudgeSettings judge_settings(const nlohmann::json& config);

struct Judgement {
  bool scanned = false;
  Verdict verdict = Verdict::clean;
  bool accepted = false;  // the person accepted exactly this content
  // Of the heaviest finding; empty for clean ones.
  std::string rule;
  std::string sentence;
  std::string file;  // below the skill's folder
  std::size_t line = 0;
  std::string tree_hash;  // "sha256:…" to accept; empty for clean ones, and when `withheld` says why there is none
  std::string withheld;   // why it must not be offered, naming rule, file and line; empty: it may
};

// Blocking; any thread, several at a time. Asked again for a folder that did not change it costs one stat call per file,
// so that it can be asked once more when a skill is about to be used. A folder that cannot be read whole (not listed,
// above a limit of the scan, changing all the time) counts as suspicious.
class Judge {
 public:
  // `memory` is the file that remembers, below the state directory; empty: nothing outlives this object. A file that is
  // torn, changed by hand, of other rules or writable by others counts as empty.
  // Clocks of file systems are coarse: what changed `settles_after` ago or later could change once more and keep its
  // times, so that it is read again next time.
  explicit Judge(std::filesystem::path memory, std::chrono::seconds settles_after = std::chrono::seconds(2));
  ~Judge();  // saves
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  void configure(JudgeSettings settings);
  Judgement judge(const Skill& skill);
  // What LibrarySettings::judge wants.
  std::string withheld(const Skill& skill) { return judge(skill).withheld; }
  // What LibrarySettings::judge_version wants: another text with other rules or settings.
  std::string version() const;
  // Writes what is new; nothing when nothing is. Called when a round is over, it spares the next start the scans.
  // Errors: those of the system.
  Result<void> save();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a person accepts: "sha256:" and the hash over every file, folder and link, as upstream's `fileTreeSha256` where
// there is no link; the registry's own record (.clawhub/origin.json) does not count. Errors: too_large beyond 50,000
// entries or 512 MB, invalid_argument for a link that leads out of the folder, and those of the system.
Result<std::string> tree_hash(const std::filesystem::path& folder);

}  // namespace chela::runtime::skills::scan
