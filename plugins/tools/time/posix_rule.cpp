#include "plugins/tools/time/posix_rule.hpp"

#include <algorithm>

#include "plugins/tools/time/calendar.hpp"

namespace chela::tools::time {

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool is_name_byte(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-'; }

}  // namespace

bool is_abbreviation(std::string_view text) { return std::all_of(text.begin(), text.end(), is_name_byte); }

// Reads from the front of `text_`; each function is false when the front does not fit.
class RuleParser {
 public:
  explicit RuleParser(std::string_view text) : text_(text) {}

  bool parse(PosixRule& rule) {
    rule.standard_.is_dst = false;
    if (!name(rule.standard_.abbreviation) || !offset(rule.standard_.offset_s)) return false;
    if (text_.empty()) return true;
    ZoneOffset daylight{rule.standard_.offset_s + 3600, true, ""};
    if (!name(daylight.abbreviation)) return false;
    if (!text_.empty() && text_[0] != ',' && !offset(daylight.offset_s)) return false;
    rule.daylight_ = daylight;
    return take(',') && change(rule.start_) && take(',') && change(rule.end_) && text_.empty();
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool name(std::string& out) {
    const bool quoted = take('<');
    std::size_t length = 0;
    while (length < text_.size() && length < 32 && (quoted ? is_name_byte(text_[length]) : is_letter(text_[length])))
      ++length;
    if (length < 3) return false;
    out = std::string(text_.substr(0, length));
    text_.remove_prefix(length);
    return !quoted || take('>');
  }

  bool number(int& out, int low, int high) {
    std::size_t length = 0;
    out = 0;
    while (length < text_.size() && length < 4 && text_[length] >= '0' && text_[length] <= '9') {
      out = out * 10 + (text_[length++] - '0');
    }
    text_.remove_prefix(length);
    return length > 0 && out >= low && out <= high;
  }

  // [+-]hh[:mm[:ss]]
  bool signed_time(std::int32_t& out, int hours_max) {
    const bool negative = take('-');
    if (!negative) take('+');
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    if (!number(hours, 0, hours_max)) return false;
    if (take(':') && (!number(minutes, 0, 59) || (take(':') && !number(seconds, 0, 59)))) return false;
    out = hours * 3600 + minutes * 60 + seconds;
    if (negative) out = -out;
    return true;
  }

  // POSIX counts offsets west of Greenwich as positive; we count east.
  bool offset(std::int32_t& out) {
    if (!signed_time(out, 24)) return false;
    out = -out;
    return true;
  }

  bool change(PosixRule::Change& out) {
    if (take('M')) {
      out.kind = 'M';
      if (!number(out.month, 1, 12) || !take('.') || !number(out.week, 1, 5) || !take('.') || !number(out.day, 0, 6)) {
        return false;
      }
    } else if (take('J')) {
      out.kind = 'J';
      if (!number(out.day, 1, 365)) return false;
    } else {
      out.kind = 'N';
      if (!number(out.day, 0, 365)) return false;
    }
    return !take('/') || signed_time(out.time_s, 167);
  }

  std::string_view text_;
};

std::optional<PosixRule> PosixRule::parse(std::string_view text) {
  PosixRule rule;
  if (!RuleParser(text).parse(rule)) return std::nullopt;
  return rule;
}

std::int64_t PosixRule::local_second(const Change& change, std::int64_t year) {
  std::int64_t day = days_from_date(year, 1, 1);
  if (change.kind == 'N') {
    day += change.day;
  } else if (change.kind == 'J') {
    day += change.day - 1 + (is_leap_year(year) && change.day >= 60 ? 1 : 0);
  } else {
    const auto month = static_cast<unsigned>(change.month);
    const std::int64_t first = days_from_date(year, month, 1);
    const std::int64_t next = month == 12 ? days_from_date(year + 1, 1, 1) : days_from_date(year, month + 1, 1);
    day = first + (change.day + 7 - static_cast<int>(weekday_from_days(first))) % 7 + 7 * (change.week - 1);
    if (day >= next) day -= 7;
  }
  return day * kSecondsPerDay + change.time_s;
}

ZoneOffset PosixRule::at(std::int64_t unix_s) const {
  if (!daylight_) return standard_;
  const std::int64_t local = unix_s + standard_.offset_s;
  const std::int64_t year = date_from_days(local / kSecondsPerDay - (local % kSecondsPerDay < 0 ? 1 : 0)).year;
  const std::int64_t start = local_second(start_, year) - standard_.offset_s;
  const std::int64_t end = local_second(end_, year) - daylight_->offset_s;
  const bool in_daylight = start < end ? unix_s >= start && unix_s < end
                                       : unix_s >= start || unix_s < end;  // southern summer spans new year
  return in_daylight ? *daylight_ : standard_;
}

}  // namespace chela::tools::time
