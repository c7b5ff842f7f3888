#pragma once

// The rules as data. A row names the words that call for a closer look (anchors), the pattern that must match near one
// of them, and what it weighs. scan.hpp says what becomes of the weights.

#include <span>
#include <string_view>

namespace chela::runtime::skills::scan {

enum class Part : unsigned char { any, prose, code };  // which files: prose is Markdown and plain text

struct Rule {
  std::string_view id = {};
  int weight = 0;
  Part part = Part::any;
  // Bytes to look at before and after an anchor; 0 is its line.
  unsigned reach = 0;
  // Lower case, separated by spaces; `_` stands for a space. One of them is in every match or within `reach` of it.
  std::string_view anchors = {};
  // RE2 syntax, case-insensitive; `.` stays within a line. <words> of kWords are replaced.
  std::string_view pattern = {};
  bool encoded = false;  // a match is one only when it decodes to text in which rules match
  // A match that this matches as well (with the rest of its line) is none. Empty: nothing.
  std::string_view unless = {};
  std::string_view sentence = {};
};

// Two rules that mean more together than apart: both matched in one file, at most `distance` lines apart.
struct Combination {
  std::string_view id = {};
  int weight = 0;
  std::size_t distance = 0;
  std::string_view first = {};   // the finding is shown at its line
  std::string_view second = {};
  std::string_view sentence = {};
};

struct Word {
  std::string_view name = {};
  std::string_view pattern = {};
};

std::span<const Rule> rules();
std::span<const Combination> combinations();
std::span<const Word> words();

// What a package weighs. Weak rules together never reach `suspicious`; `malicious` needs a strong one.
inline constexpr int kWeakBelow = 20;      // weaker rules count together for at most kWeakSumMax
inline constexpr int kWeakSumMax = 25;
inline constexpr int kStrongFrom = 50;     // one strong rule is suspicious
inline constexpr int kSuspiciousFrom = 65;  // and so are several others that weigh this much
inline constexpr int kMaliciousFrom = 100;

}  // namespace chela::runtime::skills::scan
