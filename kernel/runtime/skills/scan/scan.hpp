#pragma once

// Reads what a skill's author wrote before a model does, and says whether it looks hostile. Rules are data (rules.cpp);
// none of them is the hash or the name of a package. Pure functions over bytes; any thread, no state between calls.
// Nothing that is scanned is ever run or fetched.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chela::runtime::skills::scan {

// One row per verdict: the enum and the names in JSON are made from this list.
#define CHELA_SCAN_VERDICT_MAP(X)                                             \
  X(clean, "nothing that a person would have to look at")                    \
  X(suspicious, "one strong sign or several weak ones: a person decides")     \
  X(malicious, "a strong sign that others support: not to be enabled")

enum class Verdict : std::uint8_t {
#define CHELA_SCAN_VERDICT_ENUM(name, meaning) name,
  CHELA_SCAN_VERDICT_MAP(CHELA_SCAN_VERDICT_ENUM)
#undef CHELA_SCAN_VERDICT_ENUM
};
std::string_view name_of(Verdict verdict);

enum class Severity : std::uint8_t { note, low, medium, high, critical };
std::string_view name_of(Severity severity);
Severity severity_of(int weight);  // of a rule with this weight

struct File {
  std::string path;  // below the package's root, with `/`
  std::string bytes;
};

// A file that was not searched, or a limit that was reached, and why: a verdict says nothing about these.
struct Unsearched {
  std::string path;
  std::string reason;
};

struct Package {
  std::vector<File> files;
  std::vector<Unsearched> unsearched;  // what reading the folder left out
  bool cut = false;                    // a limit was reached: there is text that nobody looked at
};

struct Finding {
  std::string_view rule;      // id of the row; lives as long as the program
  std::string_view sentence;  // what the rule says, for a person
  Severity severity = Severity::note;
  int weight = 0;
  std::string file;
  std::size_t line = 0;  // from 1; 0 for a finding about the file as a whole
  std::string excerpt;   // at most kExcerptMax bytes of valid UTF-8 without control or invisible characters
  bool decoded = false;  // found in text that was encoded in the file; the line is where the encoding begins
};

struct Report {
  Verdict verdict = Verdict::clean;
  int score = 0;
  std::vector<Finding> findings;  // heaviest first, then by file and line
  std::vector<Unsearched> unsearched;
  std::size_t files = 0;
  std::uint64_t bytes = 0;  // searched
  bool cut = false;         // a limit was reached: the verdict is that of a part
};

inline constexpr std::size_t kExcerptMax = 200;
inline constexpr std::size_t kFindingsPerRuleMax = 5;  // per file
inline constexpr std::size_t kFindingsMax = 200;       // per package; the heaviest stay
inline constexpr std::size_t kFileBytesMax = 4U << 20;
inline constexpr std::size_t kPackageBytesMax = 64U << 20;
inline constexpr std::size_t kPackageFilesMax = 5000;

// Files above the limits are named in `unsearched`, also when the package did not come from `read_package`.
Report scan(const Package& package);

}  // namespace chela::runtime::skills::scan
