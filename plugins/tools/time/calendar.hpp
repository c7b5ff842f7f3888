#ifndef PLUGINS_TOOLS_TIME_CALENDAR_HPP
#define PLUGINS_TOOLS_TIME_CALENDAR_HPP
// The proleptic Gregorian calendar and ISO 8601 text. Pure functions, any thread.

#include <cstdint>
#include <string>

namespace chela::tools::time {

inline constexpr std::int64_t kSecondsPerDay = 86400;

// Days since 1970-01-01 of a date. Algorithm: howardhinnant.github.io/date_algorithms.html, days_from_civil.
std::int64_t days_from_date(std::int64_t year, unsigned month, unsigned day);

struct Date {
  std::int64_t year;
  unsigned month;  // 1 to 12
  unsigned day;    // 1 to 31
};
Date date_from_days(std::int64_t days);

bool is_leap_year(std::int64_t year);
unsigned weekday_from_days(std::int64_t days);  // 0 is Sunday
const char* weekday_name(unsigned weekday);     // in English

// "2026-07-30T14:03:05+02:00"; an offset of 0 is written "Z" when `is_utc`, else "+00:00".
std::string to_iso8601(std::int64_t unix_s, std::int32_t offset_s, bool is_utc);
// "+02:00"; seconds, which only historic offsets have, follow as ":30".
std::string offset_text(std::int32_t offset_s);

}  // namespace chela::tools::time
#endif
