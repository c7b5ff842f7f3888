#include "kernel/core/log/options.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::log {
namespace {

TEST(LogOptionsOfSlice, FollowOpenClawsKeys) {
  auto options = read_options({{"level", "debug"}, {"consoleLevel", "warn"}, {"consoleStyle", "json"},
                               {"file", "/tmp/x.log"}, {"maxFileBytes", 5000}});
  EXPECT_EQ(options.file_level, Level::debug);
  EXPECT_EQ(options.console_level, Level::warning);
  EXPECT_EQ(options.console_format, Format::json);
  EXPECT_EQ(options.file, "/tmp/x.log");
  EXPECT_EQ(options.file_bytes_max, 5000u);
  EXPECT_EQ(read_options({{"level", "error"}}).console_level, Level::error);
  EXPECT_EQ(read_options(nullptr).console_level, Level::info);
}

TEST(LogOptionsOfSlice, HaveASchema) {
  EXPECT_FALSE(nlohmann::json::parse(options_schema(), nullptr, false).is_discarded());
}

}  // namespace
}  // namespace chela::log
