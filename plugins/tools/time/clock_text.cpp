#include "plugins/tools/time/clock_text.hpp"

#include "plugins/tools/time/calendar.hpp"

namespace chela::tools::time {

std::string clock_text(const std::string& zone_name, const Zone& zone, std::int64_t unix_ms) {
  const std::int64_t unix_s = unix_ms / 1000 - (unix_ms % 1000 < 0 ? 1 : 0);
  const ZoneOffset at = zone.at(unix_s);
  const std::int64_t local = unix_s + at.offset_s;
  const std::int64_t days = local / kSecondsPerDay - (local % kSecondsPerDay < 0 ? 1 : 0);
  // Zone names and abbreviations are of letters, digits and _+-/ only: nothing to escape.
  return R"({"local":")" + to_iso8601(unix_s, at.offset_s, false) + R"(","utc":")" + to_iso8601(unix_s, 0, true) +
         R"(","weekday":")" + weekday_name(weekday_from_days(days)) + R"(","time_zone":")" + zone_name +
         R"(","abbreviation":")" + at.abbreviation + R"(","daylight_saving":)" + (at.is_dst ? "true" : "false") + "}";
}

}  // namespace chela::tools::time
