#include "kernel/core/base/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/random.hpp"

namespace chela {
namespace {

TEST(Text, TrimsAndSplits) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ',').size(), 1u);
}

TEST(Text, ValidatesUtf8ByTheUnicodeTable) {
  for (auto good : {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(good)) << good;
  }
  for (auto bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                   "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF"}) {
    EXPECT_FALSE(is_valid_utf8(bad)) << bad;
  }
}

TEST(Text, RepairsMalformedUtf8) {
  EXPECT_EQ(repair_utf8("a\xFFz\xE2\x82"), "a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(repair_utf8("\xE2\x82\xAC"), "\xE2\x82\xAC");
}

TEST(Text, CutsBetweenCodePoints) {
  EXPECT_EQ(cut_utf8("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(cut_utf8("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
}

TEST(Text, EncodesBase64LikeRfc4648) {
  const std::pair<const char*, const char*> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (auto [plain, encoded] : kVectors) EXPECT_EQ(to_base64(plain), encoded);
}

TEST(Text, DecodesBase64Url) {
  EXPECT_EQ(from_base64url("Zm9vYg"), "foob");
  EXPECT_EQ(from_base64url("-_8"), "\xFB\xFF");
  EXPECT_EQ(from_base64url(""), "");
  for (auto bad : {"a", "Zg==", "a+b/", "a b"}) EXPECT_FALSE(from_base64url(bad)) << bad;
}

TEST(Text, DecodesBase64) {
  for (const std::string& plain : {std::string(), std::string("f"), std::string("fo"), std::string("foo"), std::string("\xFB\xFF\0", 3)}) {
    EXPECT_EQ(from_base64(to_base64(plain)), plain);
  }
  for (auto bad : {"Zg", "Zg=", "Z===", "====", "Zm9v=", "-_8=", "Zg==Zg=="}) EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST(Text, BecomesAJsonStringWhateverIsInIt) {
  std::string controls;
  for (int c = 0; c < 0x80; ++c) controls += static_cast<char>(c);
  for (const std::string& text :
       {std::string(), std::string("plain"), std::string("quote \" backslash \\ slash /"), std::string("\n\r\t\b\f"),
        controls, std::string("grüße 中文 🙂"), std::string("\xE2\x80\xA8\xE2\x80\xA9")}) {
    std::string out;
    append_json_string(out, text);
    EXPECT_EQ(nlohmann::json::parse(out).get<std::string>(), text);
    EXPECT_TRUE(std::ranges::all_of(out, [](unsigned char c) { return c >= 0x20; })) << "one line";
  }
}

TEST(Text, IsRepairedInAJsonString) {
  const std::pair<std::string, std::string> kTable[] = {{"a\xFF"
                                                         "b",
                                                         "a\uFFFDb"},
                                                        {"\xC3", "\uFFFD"},
                                                        {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
                                                        {"\xC0\xAF", "\uFFFD\uFFFD"}};
  for (const auto& [text, expected] : kTable) {
    std::string out;
    append_json_string(out, text);
    EXPECT_EQ(nlohmann::json::parse(out).get<std::string>(), expected);
  }
}

TEST(Text, FindsTheNearestName) {
  EXPECT_EQ(nearest("gatway", {"gateway", "agents", "models"}), "gateway");
  EXPECT_EQ(nearest("evn", {"env", "file"}), "env");
  EXPECT_EQ(nearest("zzz", {"gateway", "agents"}), "");
}

TEST(Text, TellsHowDeepJsonNests) {
  EXPECT_FALSE(nests_deeper("", 0));
  EXPECT_FALSE(nests_deeper(R"("[[[[")", 0));
  EXPECT_FALSE(nests_deeper(R"({"a":"\"[[["})", 1));
  EXPECT_FALSE(nests_deeper("[[],[],[]]", 2));
  EXPECT_FALSE(nests_deeper("]]]][", 1));
  EXPECT_TRUE(nests_deeper("[[]]", 1));
  EXPECT_TRUE(nests_deeper(R"({"a":[{}]})", 2));
  EXPECT_TRUE(nests_deeper(std::string(1 << 20, '['), 64));
}

TEST(Hash, MatchesPublishedVectors) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  for (std::string_view piece : {"a", "", "bc"}) pieces.add(piece);
  EXPECT_EQ(pieces.hex(), sha256_hex("abc"));
  auto digest = sha1("abc");
  EXPECT_EQ(to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()}),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_TRUE(equal_in_constant_time("token", "token"));
  EXPECT_FALSE(equal_in_constant_time("token", "tokem"));
  EXPECT_FALSE(equal_in_constant_time("token", "toke"));
}

TEST(Random, NeverRepeats) {
  EXPECT_EQ(random_hex(16).size(), 16u);
  EXPECT_EQ(random_hex(7).size(), 7u);
  EXPECT_NE(random_hex(16), random_hex(16));
  double fraction = random_fraction();
  EXPECT_TRUE(fraction >= 0 && fraction < 1);
  EXPECT_NE(fraction, random_fraction());
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::invalid_argument, "{} is odd", n);
  return n / 2;
}

Result<int> quarter(int n) {
  CHELA_TRY(int once, half(n));
  CHELA_TRY(int twice, half(once));
  return twice;
}

TEST(Error, TravelsThroughTry) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "3 is odd");
  EXPECT_EQ(std::move(quarter(6).error()).with_context("dividing").message, "dividing: 3 is odd");
  EXPECT_EQ(name_of(ErrorCode::timed_out), "timed_out");
  EXPECT_EQ(fail_errno("opening x", ENOENT).error().message, "opening x: No such file or directory");
}

}  // namespace
}  // namespace chela
