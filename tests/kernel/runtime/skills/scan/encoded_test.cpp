#include "kernel/runtime/skills/scan/encoded.hpp"

#include <gtest/gtest.h>

namespace chela::runtime::skills::scan {
namespace {

TEST(DecodedText, ReadsEachForm) {
  EXPECT_EQ(decoded_text("Y3VybCAtcyBodHRwOi8vYQ=="), "curl -s http://a");
  EXPECT_EQ(decoded_text("Y3VybCAtcyBodHRwOi8vYQ"), "curl -s http://a");
  EXPECT_EQ(decoded_text(R"(\x63\x75\x72\x6c\x20\x2d\x73\x20\x68\x74\x74\x70)"), "curl -s http");
  EXPECT_EQ(decoded_text("6375726c202d732068747470"), "curl -s http");
  EXPECT_EQ(decoded_text("SQBFAFgAIAAoAGEAIABiACAAYwAgAGQAKQA="), "IEX (a b c d)");  // UTF-16, as PowerShell takes it
}

TEST(DecodedText, IsNothingForBytesThatAreNoText) {
  EXPECT_EQ(decoded_text("AAAAAAAAAAAAAAAAAAAAAAAAAAAA"), std::nullopt);
  EXPECT_EQ(decoded_text("Y3VybA=="), std::nullopt);  // too short to hide anything
  EXPECT_EQ(decoded_text(""), std::nullopt);
}

TEST(Invisible, IsTakenOutAndLinesStay) {
  EXPECT_TRUE(has_invisible("a\xe2\x80\x8b" "b"));
  EXPECT_EQ(without_invisible("a\xe2\x80\x8b" "b\n\xef\xbb\xbf" "c\xf3\xa0\x80\xa1\xe2\x80\xae"), "ab\nc");
  EXPECT_FALSE(has_invisible("na\xc3\xafve \xe2\x80\x9cquoted\xe2\x80\x9d \xe2\x80\xa6"));
  EXPECT_EQ(without_invisible("\xe2\x80"), "\xe2\x80");
}

}  // namespace
}  // namespace chela::runtime::skills::scan
