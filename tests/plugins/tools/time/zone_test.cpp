#include "plugins/tools/time/zone.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <thread>

#include "chela/failure.hpp"
#include "plugins/tools/time/calendar.hpp"
#include "plugins/tools/time/clock_text.hpp"
#include "plugins/tools/time/zones.hpp"

namespace chela::tools::time {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Calendar, DaysAndDatesAreInverse) {
  for (std::int64_t day = -800000; day < 800000; day += 37) {
    const Date date = date_from_days(day);
    ASSERT_EQ(days_from_date(date.year, date.month, date.day), day);
  }
  EXPECT_EQ(days_from_date(1970, 1, 1), 0);
  EXPECT_EQ(days_from_date(2000, 2, 29), 11016);
  EXPECT_STREQ(weekday_name(weekday_from_days(0)), "Thursday");
  EXPECT_STREQ(weekday_name(weekday_from_days(-1)), "Wednesday");
}

TEST(Calendar, WritesIso8601) {
  EXPECT_EQ(to_iso8601(0, 0, true), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(0, 0, false), "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(to_iso8601(-1, -3600, false), "1969-12-31T22:59:59-01:00");
  EXPECT_EQ(to_iso8601(1785412985, 19800, false), "2026-07-30T17:33:05+05:30");
  EXPECT_EQ(offset_text(-1172), "-00:19:32");
}

TEST(PosixRule, RefusesMalformedText) {
  for (const char* text :
       {"", "C", "CET", "CET-", "CET-1CEST", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,M1.1.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,J0,J1", "CET-1CEST,M3.5.0,M10.5.0/168", "<+3-3", "CET-25",
        "CET-1CEST,M3.5.0,M10.5.0x", "CET-99999999999999"}) {
    EXPECT_FALSE(PosixRule::parse(text)) << text;
  }
}

TEST(PosixRule, SouthernSummerSpansTheNewYear) {
  const auto rule = PosixRule::parse("NZST-12NZDT,M9.5.0,M4.1.0/3");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->at(1767225600).offset_s, 13 * 3600);  // 2026-01-01
  EXPECT_EQ(rule->at(1782864000).offset_s, 12 * 3600);  // 2026-07-01
}

// The C library is the reference: the same second, the same zone, over two centuries and beyond each file's end.
TEST(Zone, AgreesWithTheCLibrary) {
  const Zones zones;
  for (const std::string name :
       {"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia",
        "Africa/Casablanca", "Europe/Dublin", "Asia/Kathmandu", "America/Nuuk", "Antarctica/Troll", "Pacific/Chatham",
        "Asia/Gaza", "Etc/GMT+5"}) {
    const Zone zone = zones.get(name);
    ::setenv("TZ", name.c_str(), 1);
    ::tzset();
    for (std::int64_t second = -1500000000; second < 7000000000; second += 1234567) {
      const std::time_t t = second;
      std::tm local = {};
      ::localtime_r(&t, &local);
      const ZoneOffset at = zone.at(second);
      ASSERT_EQ(at.offset_s, local.tm_gmtoff) << name << " at " << second;
      ASSERT_EQ(at.abbreviation, local.tm_zone) << name << " at " << second;
      ASSERT_EQ(at.is_dst, local.tm_isdst > 0) << name << " at " << second;
    }
  }
  ::unsetenv("TZ");
}

TEST(Zone, KeepsTheSecondOfAChange) {
  const Zone berlin = Zones().get("Europe/Berlin");
  EXPECT_EQ(berlin.at(1774745999).offset_s, 3600);  // 2026-03-29T00:59:59Z
  EXPECT_EQ(berlin.at(1774746000).offset_s, 7200);
  EXPECT_EQ(berlin.at(1792889999).offset_s, 7200);  // 2026-10-25T00:59:59Z
  EXPECT_EQ(berlin.at(1792890000).offset_s, 3600);
}

TEST(Zone, RefusesEveryFileCutShort) {
  const std::string whole = bytes_of("/usr/share/zoneinfo/Europe/Berlin");
  ASSERT_GT(whole.size(), 100u);
  ASSERT_TRUE(Zone::parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(Zone::parse(whole.substr(0, size))) << size;
}

TEST(Zone, SurvivesEveryFlippedByte) {
  std::string bytes = bytes_of("/usr/share/zoneinfo/Europe/Berlin");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char kept = bytes[i];
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      bytes[i] = static_cast<char>(value);
      if (const auto zone = Zone::parse(bytes)) zone->at(1785412985);
    }
    bytes[i] = kept;
  }
}

TEST(Zones, SuggestsWhatWasMeant) {
  const Zones zones;
  const auto first = [&](const char* name) {
    const auto found = zones.suggest(name);
    return found.empty() ? std::string() : found[0];
  };
  EXPECT_EQ(first("europe/berlin"), "Europe/Berlin");
  EXPECT_EQ(first("Europe/Berlim"), "Europe/Berlin");
  EXPECT_EQ(first("Berlin"), "Europe/Berlin");
  EXPECT_EQ(first("new york"), "America/New_York");
  EXPECT_EQ(first("US/New_York"), "America/New_York");
  EXPECT_EQ(first("CEST"), "Europe/Berlin");
  EXPECT_EQ(first("Middle-earth/Hobbiton"), "");
}

TEST(Zones, RefusesNamesThatAreNone) {
  const Zones zones;
  for (const std::string name : {"", "/etc/passwd", "../../../etc/passwd", "Europe/../Europe/Berlin", "Europe//Berlin",
                                 "Europe", "tzdata.zi", "Europe/Berlin\n", "posix/", "zone.tab"}) {
    try {
      zones.get(name);
      ADD_FAILURE() << name;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.status(), CHELA_NOT_FOUND) << name;
    }
  }
}

TEST(Zones, WithoutTheDatabaseOnlyUtcIsThere) {
  const Zones zones("/nonexistent/zoneinfo");
  EXPECT_EQ(zones.get("UTC").at(0).abbreviation, "UTC");
  try {
    zones.get("Europe/Berlin");
    ADD_FAILURE();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.status(), CHELA_UNAVAILABLE);
    EXPECT_NE(failure.text().find("tzdata"), std::string::npos);
  }
}

TEST(ClockText, IsJson) {
  EXPECT_EQ(clock_text("Europe/Berlin", Zones().get("Europe/Berlin"), 1785412985123),
            R"({"local":"2026-07-30T14:03:05+02:00","utc":"2026-07-30T12:03:05Z","weekday":"Thursday",)"
            R"("time_zone":"Europe/Berlin","abbreviation":"CEST","daylight_saving":true})");
}

TEST(ClockText, IsRightFromManyThreadsAtOnce) {
  const Zones zones;
  const std::string names[] = {"Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"};
  const std::string offsets[] = {"+02:00", "-04:00", "+09:00", "+00:00"};
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        if (clock_text(names[t], zones.get(names[t]), 1785412985000).find(offsets[t]) == std::string::npos) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace chela::tools::time
