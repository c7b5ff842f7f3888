#include "kernel/core/plugins/log_ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/core/log/redactor.hpp"
#include "tests/fake_clock.hpp"

namespace chela::plugins {
namespace {

using testing::ElementsAre;

class Console final : public log::Sink {
 public:
  bool wants(log::Level level) const override { return level >= log::Level::warning; }
  void write(const log::Line& line) override { lines.emplace_back(line.message); }
  std::vector<std::string> lines;
};

class LogRingTest : public testing::Test {
 protected:
  std::vector<std::string> last(std::vector<std::string> categories, std::size_t count) const {
    std::vector<std::string> out;
    for (const auto& line : ring->last(categories, count)) out.push_back(line.text);
    return out;
  }

  FakeClock clock;
  log::Redactor redactor;
  std::shared_ptr<Console> console = std::make_shared<Console>();
  std::shared_ptr<LogRing> ring = std::make_shared<LogRing>(console);
  log::Logger logger{ring, redactor, clock};
};

TEST_F(LogRingTest, KeepsWhatIsWrittenOfPluginsAndHandsOnWhatIsWanted) {
  logger.with_category("plugin.acme").info("one");
  logger.with_category("plugin-host.@shared-sandbox").info("two");
  logger.with_category("plugin.acme").warning("three");
  logger.with_category("http").warning("four");
  EXPECT_THAT(last({"plugin.acme"}, 10), ElementsAre("one", "three"));
  EXPECT_THAT(last({"plugin.acme", "plugin-host.@shared-sandbox"}, 2), ElementsAre("two", "three"));
  EXPECT_THAT(last({"plugin.other"}, 10), ElementsAre());
  EXPECT_THAT(console->lines, ElementsAre("three", "four"));
}

TEST_F(LogRingTest, IsBoundedInLinesAndBytes) {
  auto acme = logger.with_category("plugin.acme");
  for (std::size_t i = 0; i < LogRing::kLinesMax + 10; ++i) acme.info("{}", i);
  auto lines = last({"plugin.acme"}, LogRing::kLinesMax * 2);
  EXPECT_EQ(lines.size(), LogRing::kLinesMax);
  EXPECT_EQ(lines.front(), "10");
  auto loud = logger.with_category("plugin.loud");
  for (std::size_t i = 0; i < LogRing::kLinesMax; ++i) loud.info("{}", std::string(LogRing::kLineBytesMax * 2, 'x'));
  lines = last({"plugin.loud"}, LogRing::kLinesMax);
  EXPECT_EQ(lines.size(), LogRing::kBytesMax / LogRing::kLineBytesMax);
  EXPECT_EQ(lines.front().size(), LogRing::kLineBytesMax);
}

TEST_F(LogRingTest, ForgetsThePluginThatWasSilentLongest) {
  for (std::size_t i = 0; i <= LogRing::kCategoriesMax; ++i) logger.with_category(fmt::format("plugin.p{}", i)).info("x");
  EXPECT_THAT(last({"plugin.p0"}, 1), ElementsAre());
  EXPECT_THAT(last({"plugin.p1"}, 1), ElementsAre("x"));
}

}  // namespace
}  // namespace chela::plugins
