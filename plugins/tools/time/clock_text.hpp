#ifndef PLUGINS_TOOLS_TIME_CLOCK_TEXT_HPP
#define PLUGINS_TOOLS_TIME_CLOCK_TEXT_HPP
// The answer of current_time.

#include <cstdint>
#include <string>

#include "plugins/tools/time/zone.hpp"

namespace chela::tools::time {

// {"local":"2026-07-30T14:03:05+02:00","utc":"2026-07-30T12:03:05Z","weekday":"Thursday","time_zone":"Europe/Berlin",
//  "abbreviation":"CEST","daylight_saving":true}
std::string clock_text(const std::string& zone_name, const Zone& zone, std::int64_t unix_ms);

}  // namespace chela::tools::time
#endif
