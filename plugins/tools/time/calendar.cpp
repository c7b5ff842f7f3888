#include "plugins/tools/time/calendar.hpp"

#include <cstdio>
#include <cstdlib>

namespace chela::tools::time {

namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

}  // namespace

std::int64_t days_from_date(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = floor_div(year, 400);
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

Date date_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = floor_div(days, 146097);
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

bool is_leap_year(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

unsigned weekday_from_days(std::int64_t days) { return static_cast<unsigned>(((days + 4) % 7 + 7) % 7); }

const char* weekday_name(unsigned weekday) {
  static const char* const names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  return names[weekday % 7];
}

std::string offset_text(std::int32_t offset_s) {
  const long all = std::labs(static_cast<long>(offset_s));
  char text[32];
  std::snprintf(text, sizeof text, "%c%02ld:%02ld", offset_s < 0 ? '-' : '+', all / 3600, all / 60 % 60);
  std::string result = text;
  if (all % 60 != 0) {
    std::snprintf(text, sizeof text, ":%02ld", all % 60);
    result += text;
  }
  return result;
}

std::string to_iso8601(std::int64_t unix_s, std::int32_t offset_s, bool is_utc) {
  const std::int64_t local = unix_s + offset_s;
  const std::int64_t days = floor_div(local, kSecondsPerDay);
  const auto second = static_cast<int>(local - days * kSecondsPerDay);
  const Date date = date_from_days(days);
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02u-%02uT%02d:%02d:%02d", static_cast<long long>(date.year), date.month,
                date.day, second / 3600, second / 60 % 60, second % 60);
  return text + (is_utc && offset_s == 0 ? std::string("Z") : offset_text(offset_s));
}

}  // namespace chela::tools::time
