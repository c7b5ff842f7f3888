#ifndef PLUGINS_TOOLS_TIME_ZONE_HPP
#define PLUGINS_TOOLS_TIME_ZONE_HPP
// One time zone of the tz database, read from the bytes of its TZif file (RFC 8536, versions 1 to 4).
// Parsed anew for each use: no process-wide TZ variable is touched, so that concurrent calls cannot meet.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "plugins/tools/time/posix_rule.hpp"

namespace chela::tools::time {

// Immutable; any thread.
class Zone {
 public:
  // Absent when `bytes` are no well-formed TZif file.
  static std::optional<Zone> parse(std::string_view bytes);
  static Zone utc();

  ZoneOffset at(std::int64_t unix_s) const;

 private:
  struct Transition {
    std::int64_t unix_s;
    std::uint8_t type;
  };
  friend class TzifReader;

  std::vector<Transition> transitions_;  // ascending
  std::vector<ZoneOffset> types_;        // never empty
  std::optional<PosixRule> rule_;        // holds from the last transition on
};

}  // namespace chela::tools::time
#endif
