#include "kernel/core/rpc/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace chela::rpc {
namespace {

// What a reader makes of `bytes` that arrive in pieces of `size`.
std::pair<std::vector<std::string>, std::string> frames_of(std::string_view bytes, std::size_t size, std::size_t limit) {
  FrameReader reader(limit);
  std::vector<std::string> frames;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    auto piece = std::string(bytes.substr(0, size)).append(kFramePadding, '\0');
    reader.feed(std::string_view(piece).substr(0, std::min(size, bytes.size())));
    for (;;) {
      auto frame = reader.next();
      if (!frame) return {frames, frame.error().message};
      if (!*frame) break;
      frames.emplace_back(**frame);
    }
  }
  return {frames, reader.buffered_bytes() == 0 ? "" : "cut"};
}

std::string framed(std::string_view text) { return frame_header(text.size()).append(text); }

TEST(Frame, HeaderIsTheLengthInLittleEndian) {
  EXPECT_EQ(frame_header(0x01020304), std::string("\x04\x03\x02\x01"));
  EXPECT_EQ(frame_header(0), std::string(4, '\0'));
}

TEST(Frame, AreCutAlikeHoweverTheyArrive) {
  std::string stream;
  std::vector<std::string> expected;
  std::mt19937 random(7);
  for (std::size_t size : {0, 1, 3, 4, 5, 100, 4096, 70000, 2, 0, 9}) {
    std::string text(size, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    stream += framed(text);
    expected.push_back(text);
  }
  for (std::size_t size : {1, 2, 3, 4, 5, 7, 64, 1000, 65536, 1 << 20}) {
    auto [frames, left] = frames_of(stream, size, 1 << 20);
    EXPECT_EQ(frames, expected) << size;
    EXPECT_EQ(left, "") << size;
  }
  for (std::size_t cut = 1; cut < 4; ++cut) EXPECT_EQ(frames_of(framed("abc").substr(0, cut), 99, 99).second, "cut");
}

TEST(Frame, AboveTheLimitAreRefusedByTheirLengthAlone) {
  EXPECT_EQ(frames_of(framed(std::string(64, 'x')), 1, 64).first.size(), 1u);
  for (std::string length : {std::string("\x41\0\0\0", 4), std::string("\xFF\xFF\xFF\xFF")}) {
    for (std::size_t size : {1, 4}) {
      auto [frames, error] = frames_of(length, size, 64);
      EXPECT_TRUE(frames.empty());
      EXPECT_THAT(error, testing::HasSubstr("64 are allowed"));
    }
  }
}

TEST(Frame, AnnouncedLengthsTakeNoMemory) {
  FrameReader reader(1u << 30);
  std::string header = frame_header(1u << 30).append(kFramePadding, '\0');
  reader.feed(std::string_view(header).substr(0, 4));
  auto frame = reader.next();
  ASSERT_TRUE(frame && !*frame);
  EXPECT_EQ(reader.buffered_bytes(), 4u);
  EXPECT_LT(reader.buffer_capacity(), 64u * 1024);
}

}  // namespace
}  // namespace chela::rpc
