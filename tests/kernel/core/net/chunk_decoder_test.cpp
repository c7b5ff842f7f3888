#include "kernel/core/net/chunk_decoder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace chela::net {
namespace {

constexpr std::uint64_t kBodySizeMax = 1000;

struct Outcome {
  int status = 0;  // of the refusal; 0: none
  bool done = false;
  std::string body;
  std::string left;  // not consumed
};

Outcome decode(std::string_view bytes, std::size_t piece_size) {
  HttpLimits limits;
  ChunkDecoder decoder(limits, kBodySizeMax);
  Outcome outcome;
  while (!bytes.empty() && !decoder.is_done()) {
    auto piece = bytes.substr(0, piece_size);
    auto size = piece.size();
    auto refused = decoder.feed(piece, outcome.body);
    if (refused) {
      outcome.status = refused->status;
      EXPECT_FALSE(refused->message.empty());
      return outcome;
    }
    bytes.remove_prefix(size - piece.size());
  }
  outcome.done = decoder.is_done();
  outcome.left = bytes;
  return outcome;
}

std::string repeated(int count, std::string_view piece) {
  std::string out;
  for (int i = 0; i < count; ++i) out += piece;
  return out;
}

struct Case {
  const char* name;
  std::string bytes;
  int status;  // 0: complete
  std::string body = "";
};

std::vector<Case> well_formed() {
  return {
      {"no data", "0\r\n\r\n", 0, ""},
      {"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 0, "abcde"},
      {"digits in both cases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 0, "01234567890123456789"},
      {"leading zeros", "0000000000000003\r\nabc\r\n000\r\n\r\n", 0, "abc"},
      {"line ends as data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", 0, "\r\n\r\n"},
      {"extensions", "3;a;b=c;d=\"e;\\\"f\\\\\t\xc3\xa4\";g\r\nabc\r\n0;h=i\r\n\r\n", 0, "abc"},
      {"trailers", "3\r\nabc\r\n0\r\nHost: x\r\nX-Empty:\r\nX-Tab:\ta\xc3\xa4\r\n\r\n", 0, "abc"},
      {"the limit", fmt::format("3e8\r\n{}\r\n0\r\n\r\n", std::string(1000, 'x')), 0, std::string(1000, 'x')},
  };
}

std::vector<Case> bad_sizes() {
  using namespace std::string_literals;
  return {
      {"seventeen digits", "00000000000000003\r\nabc\r\n", 400},
      {"2^64", "10000000000000000\r\n", 400},
      {"2^64 - 1", "ffffffffffffffff\r\n", 413},
      {"above the limit", "3e9\r\n", 413},
      {"above the limit together", fmt::format("3e8\r\n{}\r\n1\r\n", std::string(1000, 'x')), 413},
      {"no digit", "\r\n", 400},
      {"sign", "+3\r\n", 400},
      {"blank before", " 3\r\n", 400},
      {"blank behind", "3 \r\n", 400},
      {"blank before an extension", "3 ;a\r\n", 400},
      {"bare line feed", "3\nabc\r\n", 400},
      {"bare carriage return", "3\rabc\r\n", 400},
      {"NUL", "3\0\r\n"s, 400},
      {"data too long", "3\r\nabcd\r\n", 400},
      {"line feed behind data", "3\r\nabc\n0\r\n\r\n", 400},
      {"carriage return behind data", "3\r\nabc\r0\r\n\r\n", 400},
  };
}

std::vector<Case> bad_extensions_and_trailers() {
  using namespace std::string_literals;
  return {
      {"extension without a name", "3;\r\n", 400},
      {"extension without a value", "3;a=\r\n", 400},
      {"extension after a blank", "3; a\r\n", 400},
      {"extension ended by a line feed", "3;a\nabc\r\n", 400},
      {"extension ended by a carriage return", "3;a\rabc\r\n", 400},
      {"open quote", "3;a=\"b\r\nabc\r\n0\r\n\r\n", 400},
      {"letters behind a quote", "3;a=\"b\"c\r\n", 400},
      {"line feed in a quote", "3;a=\"\n\"\r\n", 400},
      {"line feed escaped in a quote", "3;a=\"\\\n\"\r\n", 400},
      {"NUL in a quote", "3;a=\"\0\"\r\n"s, 400},
      {"long extension", "3;a=" + std::string(300, 'x') + "\r\n", 400},
      {"many extensions", repeated(200, "1;a=" + std::string(100, 'x') + "\r\nx\r\n"), 400},
      {"last chunk ended by a line feed", "0\n\r\n", 400},
      {"last line ended by a line feed", "0\r\n\n", 400},
      {"last line ended by CR", "0\r\n\rX", 400},
      {"trailer without a colon", "0\r\nX\r\n\r\n", 400},
      {"trailer without a name", "0\r\n: x\r\n\r\n", 400},
      {"trailer with a blank before the colon", "0\r\nX : y\r\n\r\n", 400},
      {"trailer folded", "0\r\nX: y\r\n z\r\n\r\n", 400},
      {"trailer ended by a line feed", "0\r\nX: y\n\r\n", 400},
      {"trailer with a NUL", "0\r\nX: \0\r\n\r\n"s, 400},
      {"trailer with a length", "0\r\ncontent-LENGTH: 1\r\n\r\n", 400},
      {"trailer with a coding", "0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"trailer of a longer name", "0\r\nTransfer-Encodings: chunked\r\n\r\n", 0},
      {"trailers too large", "0\r\n" + repeated(100, "X: " + std::string(60, 'y') + "\r\n"), 400},
  };
}

TEST(ChunkDecoder, HasOneVerdictHoweverTheBytesAreCut) {
  for (const auto& table : {well_formed(), bad_sizes(), bad_extensions_and_trailers()}) {
    for (const auto& test : table) {
      for (std::size_t piece_size : {std::size_t{1} << 20, std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
        SCOPED_TRACE(fmt::format("{} in pieces of {}", test.name, piece_size));
        auto outcome = decode(test.bytes, piece_size);
        EXPECT_EQ(outcome.status, test.status);
        EXPECT_EQ(outcome.done, test.status == 0);
        if (test.status == 0) EXPECT_EQ(outcome.body, test.body);
      }
    }
  }
}

TEST(ChunkDecoder, LeavesWhatFollowsTheBody) {
  auto outcome = decode("3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n", 1000);
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.left, "GET / HTTP/1.1\r\n");
}

TEST(ChunkDecoder, WaitsForTheRest) {
  std::string bytes = "3;a=\"b\"\r\nabc\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    auto outcome = decode(std::string_view(bytes).substr(0, size), 1000);
    EXPECT_EQ(outcome.status, 0) << size;
    EXPECT_FALSE(outcome.done) << size;
  }
}

}  // namespace
}  // namespace chela::net
