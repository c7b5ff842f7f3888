#ifndef PLUGINS_TOOLS_TIME_POSIX_RULE_HPP
#define PLUGINS_TOOLS_TIME_POSIX_RULE_HPP
// The POSIX TZ rule that ends a TZif file, such as "CET-1CEST,M3.5.0,M10.5.0/3": it says what holds after the last
// transition that the file lists. Format: POSIX.1-2017 section 8.3 with the hours -167..167 of RFC 8536 section 3.3.1.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chela::tools::time {

// What a time zone says about one moment.
struct ZoneOffset {
  std::int32_t offset_s;  // local time minus UTC
  bool is_dst;
  std::string abbreviation;
};

// Letters, digits, + and - only.
bool is_abbreviation(std::string_view text);

// Immutable; any thread.
class PosixRule {
 public:
  // Absent when `text` is malformed.
  static std::optional<PosixRule> parse(std::string_view text);

  ZoneOffset at(std::int64_t unix_s) const;

 private:
  friend class RuleParser;
  struct Change {
    char kind = 'M';  // 'J': day 1..365 without 29 February; 'N': day 0..365; 'M': week `week` of `month` (5: the last)
    int day = 0;
    int month = 0;
    int week = 0;
    std::int32_t time_s = 2 * 3600;
  };
  static std::int64_t local_second(const Change& change, std::int64_t year);

  ZoneOffset standard_;
  std::optional<ZoneOffset> daylight_;
  Change start_;
  Change end_;
};

}  // namespace chela::tools::time
#endif
