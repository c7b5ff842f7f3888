#include "kernel/core/net/http_codec.hpp"

#include <gtest/gtest.h>

#include <random>

#include "kernel/core/base/text.hpp"

namespace chela::net {
namespace {

struct Outcome {
  int status = 0;                     // of the refusal; 0: none
  std::vector<HttpRequest> requests;  // that were complete
};

// Feeds `bytes` in pieces of `piece_size` and admits bodies up to `body_size_max`.
Outcome parse(std::string_view bytes, std::size_t piece_size, std::uint64_t body_size_max = 1000) {
  HttpLimits limits;
  RequestParser parser(limits);
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size() && outcome.status == 0; at += piece_size) {
    auto piece = bytes.substr(at, piece_size);
    for (bool more = true; more;) {
      switch (parser.feed(piece)) {
        case RequestParser::Step::need_more:
          more = false;
          break;
        case RequestParser::Step::head:
          parser.admit(body_size_max);
          break;
        case RequestParser::Step::complete:
          outcome.requests.push_back(parser.take());
          break;
        case RequestParser::Step::refused:
          outcome.status = parser.refusal()->status;
          EXPECT_FALSE(parser.refusal()->message.empty());
          more = false;
      }
    }
  }
  return outcome;
}

std::string times(int count, std::string_view piece) {
  std::string out;
  for (int i = 0; i < count; ++i) out += piece;
  return out;
}

std::string get(std::string_view target) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", target);
}
std::string with(std::string_view headers, std::string_view body = "") {
  return fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n{}", headers, body);
}
std::string chunked(std::string_view body) {
  return with("Transfer-Encoding: chunked\r\n", body);
}

struct Case {
  const char* name;
  std::string bytes;
  int status;                // 0: accepted
  std::size_t requests = 0;  // complete before the verdict
};

// Who reads how many bytes as the body.
std::vector<Case> framing_cases() {
  using namespace std::string_literals;
  return {
      {"length and coding", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"coding and length", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {"two lengths", with("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
      {"two equal lengths", with("Content-Length: 2\r\nContent-Length: 2\r\n", "ab"), 400},
      {"length list", with("Content-Length: 2, 2\r\n", "ab"), 400},
      {"length plus", with("Content-Length: +2\r\n", "ab"), 400},
      {"length minus", with("Content-Length: -2\r\n", "ab"), 400},
      {"length hex", with("Content-Length: 0x2\r\n", "ab"), 400},
      {"length with letters", with("Content-Length: 2ab\r\n", "ab"), 400},
      {"length empty", with("Content-Length: \r\n"), 400},
      {"length with blank", with("Content-Length: 1 2\r\n", "ab"), 400},
      {"length quoted", with("Content-Length: \"2\"\r\n", "ab"), 400},
      {"length beyond 64 bits", with("Content-Length: 18446744073709551616\r\n"), 400},
      {"length of 2^63", with("Content-Length: 9223372036854775808\r\n"), 413},
      {"length with leading zeros", with("Content-Length: 0002\r\n", "ab"), 0, 1},
      {"length above the cap", with("Content-Length: 1001\r\n", "x"), 413},
      {"length of the cap", with("Content-Length: 1000\r\n", std::string(1000, 'x')), 0, 1},
      {"unknown coding", with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {"coding identity", with("Transfer-Encoding: identity\r\n"), 400},
      {"coding gzip, chunked", with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
      {"coding chunked, identity", with("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 400},
      {"coding twice in a list", with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
      {"coding twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"coding twice, one unknown", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "0\r\n\r\n"), 400},
      {"coding empty", with("Transfer-Encoding: \r\n"), 400},
      {"coding with parameter", with("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 400},
      {"coding quoted", with("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400},
      {"coding after vertical tab", with("Transfer-Encoding: \x0b"s + "chunked\r\n", "0\r\n\r\n"), 400},
      {"coding after form feed", with("Transfer-Encoding: \x0c"s + "chunked\r\n", "0\r\n\r\n"), 400},
      {"coding then NUL", with("Transfer-Encoding: chunked\0\r\n"s, "0\r\n\r\n"), 400},
      {"coding with a blank before the colon", with("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
      {"coding with a tab before the colon", with("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"), 400},
      {"coding folded", with("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
      {"coding with NUL in the name", with("Transfer-Enc\0oding: chunked\r\n"s, "0\r\n\r\n"), 400},
      {"coding in upper case", with("TRANSFER-ENCODING: CHUNKED\r\n", "0\r\n\r\n"), 0, 1},
      {"coding after a tab", with("Transfer-Encoding:\tchunked\r\n", "0\r\n\r\n"), 400},
      {"length before a tab", with("Content-Length: 2\t\r\n", "ab"), 400},
      {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
  };
}

std::vector<Case> chunk_cases() {
  return {
      {"two chunks", chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), 0, 1},
      {"chunk extension", chunked("3;a=b;c=\"d\"\r\nabc\r\n0\r\n\r\n"), 0, 1},
      {"chunk extension too long", chunked("3;a=" + std::string(5000, 'x') + "\r\nabc\r\n0\r\n\r\n"), 400},
      {"many chunk extensions", chunked(times(400, "1;a=" + std::string(60, 'x') + "\r\nb\r\n") + "0\r\n\r\n"), 400},
      {"chunk size beyond 64 bits", chunked("10000000000000000\r\n"), 400},
      {"chunk size of 2^64-1", chunked("ffffffffffffffff\r\n"), 413},
      {"chunk size signed", chunked("+3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size negative", chunked("-3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size empty", chunked("\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size after a blank", chunked(" 3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk header with bare line feed", chunked("3\nabc\r\n0\r\n\r\n"), 400},
      {"chunk header with bare carriage return", chunked("3\rabc\r\n0\r\n\r\n"), 400},
      {"chunk longer than it says", chunked("3\r\nabcd\r\n0\r\n\r\n"), 400},
      {"chunks above the cap", chunked("3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n"), 413},
      {"trailer", chunked("0\r\nX-Sum: 1\r\n\r\n"), 0, 1},
      {"trailer with a length", chunked("0\r\nContent-Length: 5\r\n\r\n"), 400},
      {"trailer with a coding", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
      {"trailer too large", chunked("0\r\n" + times(100, "X: " + std::string(60, 'y') + "\r\n") + "\r\n"), 400},
      {"trailer that never ends", chunked("0\r\n" + std::string(6000, 'y')), 400},
  };
}

std::vector<Case> header_cases() {
  using namespace std::string_literals;
  return {
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"no host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 0, 1},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"host with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"host with bad port", "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", 400},
      {"host IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0, 1},
      {"host IPv6 without end", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
      {"folded header", with("X: a\r\n b\r\n"), 400},
      {"header folded by tab", with("X: a\r\n\tb\r\n"), 400},
      {"first header line blank", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"header without colon", with("X\r\n"), 400},
      {"header without name", with(": a\r\n"), 400},
      {"header name with blank", with("X Y: a\r\n"), 400},
      {"header name with bracket", with("X[: a\r\n"), 400},
      {"NUL in a value", with("X: a\0b\r\n"s), 400},
      {"escape in a value", with("X: a\x1b[31m\r\n"), 400},
      {"DEL in a value", with("X: a\x7f\r\n"), 400},
      {"bare carriage return in a value", with("X: a\rY: b\r\n"), 400},
      {"bare line feed", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"bare line feed at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
      {"upper bytes in a value", with("X: \xc3\xa4\r\n"), 0, 1},
      {"101 headers", with(times(100, "X: a\r\n")), 431},
      {"100 headers", with(times(99, "X: a\r\n")), 0, 1},
      {"header of 17 KB", with("X: " + std::string(17'000, 'a') + "\r\n"), 431},
      {"header of 15 KB", with("X: " + std::string(15'000, 'a') + "\r\n"), 0, 1},
      {"1 MB without a line end", std::string("GET / HTTP/1.1\r\nX: ") + std::string(1'000'000, 'a'), 431},
      {"10,000 headers", with(times(10'000, "X: a\r\n")), 431},
  };
}

std::vector<Case> request_line_cases() {
  return {
      {"garbage", "\x01\x02\x03", 400},
      {"TLS", "\x16\x03\x01\x02", 400},
      {"blank first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"one empty line first", "\r\n" + get("/"), 0, 1},
      {"two empty lines first", "\r\n\r\n" + get("/"), 400},
      {"a carriage return first", "\r" + get("/"), 400},
      {"a carriage return and too much", "\r" + std::string(12'000, 'x') + "\r\n\r\n", 400},
      {"an empty line and a carriage return", "\r\n\r" + get("/"), 400},
      {"carriage return first", "\r" + get("/"), 400},
      {"carriage return twice", "GET / HTTP/1.1\r\r\nHost: a\r\r\n\r\r\n", 400},
      {"carriage return behind the version", "GET / HTTP/1.1\rX\r\nHost: a\r\n\r\n", 400},
      {"HTTP/0.9", "GET /\r\n", 400},
      {"SSH", "SSH-2.0-OpenSSH_9.9\r\n", 400},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"tab for blank", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"method with a colon", "GE:T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"method too long", std::string(40, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 0, 1},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405},
      {"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
      {"target of 9 KB", get("/" + std::string(9000, 'a')), 414},
      {"target of 8 KB", get("/" + std::string(8191, 'a')), 0, 1},
      {"endless target", "GET /" + std::string(20'000, 'a'), 414},
      {"upgrade to h2c", with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"), 0, 1},
      {"expects a hundred", with("Expect: 100-continue\r\nContent-Length: 2\r\n", "ab"), 0, 1},
      {"expects something", with("Expect: 200-ok\r\nContent-Length: 2\r\n", "ab"), 417},
      {"malformed connection list", with("Connection: close, @\r\n"), 400},
      {"pipelined", get("/a") + with("Content-Length: 2\r\n", "ab") + chunked("1\r\nx\r\n0\r\n\r\n") + get("/b"), 0, 4},
      {"second malformed", get("/a") + "GET / HTTP/1.1\r\n\r\n", 400, 1},
      {"body read as a request by nobody", with("Content-Length: 0\r\n") + "X" + get("/"), 0, 2},
  };
}

TEST(HttpCodec, TheVerdictIsTheSameHoweverTheBytesAreCut) {
  std::vector<Case> cases;
  for (const auto& group : {framing_cases(), chunk_cases(), header_cases(), request_line_cases()}) {
    cases.insert(cases.end(), group.begin(), group.end());
  }
  for (const auto& test : cases) {
    for (std::size_t piece_size :
         {std::size_t{1} << 24, std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}}) {
      SCOPED_TRACE(fmt::format("{} in pieces of {}", test.name, piece_size));
      auto outcome = parse(test.bytes, piece_size);
      EXPECT_EQ(outcome.status, test.status);
      EXPECT_EQ(outcome.requests.size(), test.requests);
    }
  }
}

// Random damage to valid requests: whatever the verdict, it is one verdict.
TEST(HttpCodec, DamagedRequestsHaveOneVerdict) {
  const std::string valid = get("/a?b=c") + with("Content-Length: 7\r\nX: y\r\n", "abcdefg") +
                            chunked("3;e=f\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nT: u\r\n\r\n") + get("/z");
  constexpr std::string_view kPieces[] = {"\r\n",
                                          "\r",
                                          "\n",
                                          " ",
                                          "\t",
                                          ":",
                                          ",",
                                          ";",
                                          "0",
                                          "ffffffffffffffff",
                                          "chunked",
                                          "%2e",
                                          "/../",
                                          "Content-Length: 3\r\n",
                                          "Transfer-Encoding: chunked\r\n",
                                          "\x01",
                                          "\xff"};
  std::mt19937 random(1);
  auto below = [&](std::size_t bound) { return random() % bound; };
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = valid;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      std::size_t at = below(bytes.size());
      switch (below(3)) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, 1 + below(4));
          break;
        default:
          bytes.insert(at, kPieces[below(std::size(kPieces))]);
      }
    }
    bytes += "\r\n\r\n\r\n\r\n";  // so that nothing is left undecided
    auto whole = parse(bytes, bytes.size());
    for (std::size_t piece_size : {std::size_t{1}, 1 + below(9)}) {
      auto pieces = parse(bytes, piece_size);
      ASSERT_EQ(pieces.status, whole.status) << bytes;
      ASSERT_EQ(pieces.requests.size(), whole.requests.size()) << bytes;
      for (std::size_t i = 0; i < whole.requests.size(); ++i) {
        ASSERT_EQ(pieces.requests[i].body, whole.requests[i].body);
        ASSERT_EQ(pieces.requests[i].path, whole.requests[i].path);
      }
    }
  }
}

TEST(HttpCodec, KeepsBodiesAndHeaders) {
  auto outcome =
      parse(chunked("3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n") +
                "PUT /\xc3\xbc?a=1 HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 2\r\n\r\nhi",
            5);
  ASSERT_EQ(outcome.requests.size(), 2u);
  EXPECT_EQ(outcome.requests[0].body, "abcde");
  EXPECT_FALSE(outcome.requests[0].headers.find("x-sum"));  // trailers are not merged
  const auto& put = outcome.requests[1];
  EXPECT_EQ(put.method, "PUT");
  EXPECT_EQ(put.path, "/\xc3\xbc");
  EXPECT_EQ(put.query_value("a"), "1");
  EXPECT_EQ(put.headers.value_or("X-ONE", ""), "1");
  EXPECT_EQ(put.headers.count("x-one"), 2u);
  EXPECT_EQ(put.body, "hi");
  EXPECT_EQ(put.content_length, 2u);
}

TEST(HttpCodec, SaysWhatTheConnectionMayDo) {
  auto head_of = [](std::string bytes, auto check) {
    HttpLimits limits;
    RequestParser parser(limits);
    std::string_view input = bytes;
    ASSERT_EQ(parser.feed(input), RequestParser::Step::head);
    check(parser);
  };
  head_of(get("/"), [](auto& parser) { EXPECT_TRUE(parser.keep_alive()); });
  head_of("GET / HTTP/1.0\r\n\r\n", [](auto& parser) { EXPECT_FALSE(parser.keep_alive()); });
  head_of(with("Connection: Close\r\n"), [](auto& parser) { EXPECT_FALSE(parser.keep_alive()); });
  head_of(with("Expect: 100-Continue\r\nContent-Length: 1\r\n"), [](auto& parser) {
    EXPECT_TRUE(parser.expects_continue());
    EXPECT_TRUE(parser.head().has_body);
  });
  head_of(with("Expect: 100-continue\r\n"), [](auto& parser) { EXPECT_FALSE(parser.expects_continue()); });
}

TEST(HttpCodec, RefusesALargeBodyBeforeReadingIt) {
  HttpLimits limits;
  RequestParser parser(limits);
  std::string bytes = with("Content-Length: 1000000\r\n");
  std::string_view input = bytes;
  ASSERT_EQ(parser.feed(input), RequestParser::Step::head);
  parser.admit(10);
  ASSERT_NE(parser.refusal(), nullptr);
  EXPECT_EQ(parser.refusal()->status, 413);
  EXPECT_EQ(parser.feed(input), RequestParser::Step::refused);
}

}  // namespace
}  // namespace chela::net
