#include "kernel/core/cage/line_capture.hpp"

#include <gtest/gtest.h>

#include "tests/fake_clock.hpp"

namespace chela::cage {
namespace {

using namespace std::chrono_literals;
using platform::OutputStream;

class LineCaptureTest : public testing::Test {
 protected:
  LineCapture make(LineLimits limits) {
    return LineCapture(clock, limits, [this](OutputStream stream, std::string_view line, std::uint64_t missing) {
      lines.push_back(fmt::format("{}:{}", stream == OutputStream::output ? 'o' : 'e', line));
      dropped += missing;
    });
  }
  FakeClock clock;
  std::vector<std::string> lines;
  std::uint64_t dropped = 0;
};

TEST_F(LineCaptureTest, JoinsAndCutsLinesOfBothStreams) {
  auto capture = make({});
  capture(OutputStream::output, "one\ntw");
  capture(OutputStream::error_output, "err\n");
  capture(OutputStream::output, "o\n\nrest");
  EXPECT_EQ(lines, (std::vector<std::string>{"o:one", "e:err", "o:two", "o:"}));
  capture.finish();
  capture.finish();
  EXPECT_EQ(lines.back(), "o:rest");
  EXPECT_EQ(lines.size(), 5u);
}

TEST_F(LineCaptureTest, NothingForATerminalGetsThrough) {
  auto capture = make({});
  capture(OutputStream::output, "\x1b[31mred\x1b[0m\tx\r\n\xff\n");
  EXPECT_EQ(lines, (std::vector<std::string>{"o:[31mred[0m\tx", "o:\xef\xbf\xbd"}));
}

TEST_F(LineCaptureTest, ALineWithoutEndTakesNoMemory) {
  auto capture = make({.line_bytes_max = 10});
  for (int i = 0; i < 1000; ++i) capture(OutputStream::output, std::string(1000, 'x'));
  capture(OutputStream::output, "\nnext\n");
  EXPECT_EQ(lines, (std::vector<std::string>{"o:xxxxxxxxxx", "o:next"}));
}

TEST_F(LineCaptureTest, AFloodIsHeldAndCounted) {
  auto capture = make({.lines_per_second = 2, .lines_burst = 3});
  for (int i = 0; i < 100; ++i) capture(OutputStream::output, "x\n");
  EXPECT_EQ(lines.size(), 3u);
  clock.advance(1s);
  for (int i = 0; i < 100; ++i) capture(OutputStream::output, "y\n");
  EXPECT_EQ(lines.size(), 5u);
  EXPECT_EQ(dropped, 97u);
}

}  // namespace
}  // namespace chela::cage
