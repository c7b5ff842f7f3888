#include "kernel/core/net/websocket_codec.hpp"

#include <gtest/gtest.h>

#include <random>

#include "kernel/core/base/text.hpp"

namespace chela::net {
namespace {

using Kind = WebSocketDecoder::Kind;

// A masked frame as a client may write it, with every field free.
struct RawFrame {
  std::uint8_t first = 0x81;  // FIN, reserved bits, opcode
  std::string payload{};
  bool masked = true;
  int length_form = 0;  // 0: the shortest; 126 or 127
  std::optional<std::uint64_t> length{};
};

std::string bytes_of(const RawFrame& frame) {
  std::uint64_t length = frame.length.value_or(frame.payload.size());
  int form = frame.length_form != 0 ? frame.length_form : length <= 125 ? 0 : length <= 0xFFFF ? 126 : 127;
  std::string out{static_cast<char>(frame.first)};
  out += static_cast<char>((frame.masked ? 0x80 : 0) | (form == 0 ? static_cast<int>(length) : form));
  for (int shift = form == 126 ? 8 : form == 127 ? 56 : -8; shift >= 0; shift -= 8) {
    out += static_cast<char>(length >> shift & 0xFF);
  }
  if (!frame.masked) return out + frame.payload;
  const std::string key = "\x12\xfa\x80\x07";
  out += key;
  for (std::size_t i = 0; i < frame.payload.size(); ++i) out += static_cast<char>(frame.payload[i] ^ key[i % 4]);
  return out;
}

std::string text(std::string payload, bool final = true) {
  return bytes_of({.first = static_cast<std::uint8_t>(final ? 0x81 : 0x01), .payload = std::move(payload)});
}
std::string more(std::string payload, bool final) {
  return bytes_of({.first = static_cast<std::uint8_t>(final ? 0x80 : 0x00), .payload = std::move(payload)});
}
std::string close_frame(int code, std::string reason = "") {
  return bytes_of(
      {.first = 0x88, .payload = std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason});
}

std::string describe(const WebSocketDecoder::Event& event) {
  auto payload = event.payload.size() > 40 ? fmt::format("#{}", event.payload.size()) : std::string(event.payload);
  switch (event.kind) {
    case Kind::need_more:
      return "";
    case Kind::text:
      return fmt::format("text({})", payload);
    case Kind::binary:
      return fmt::format("binary({})", to_hex(payload));
    case Kind::ping:
      return fmt::format("ping({})", payload);
    case Kind::pong:
      return fmt::format("pong({})", payload);
    case Kind::close:
      return fmt::format("close({},{})", event.code, payload);
    case Kind::failed:
      return fmt::format("failed({})", event.code);
  }
  return "?";
}

std::string decode(std::string bytes, std::size_t piece_size, WebSocketRole role = WebSocketRole::server) {
  WebSocketDecoder decoder(role, 70'000, 100);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string copy = bytes.substr(at, piece_size);  // unmasked in place, and gone after the call
    std::span<char> input(copy);
    for (;;) {
      auto event = decoder.next(input);
      if (event.kind == Kind::need_more) break;
      out += describe(event);
    }
  }
  return out;
}

struct Case {
  const char* name;
  std::string bytes;
  std::string events;
};

std::vector<Case> framing_cases() {
  std::string many;
  for (int i = 0; i < 101; ++i) many += i == 0 ? text("a", false) : more("", false);
  return {
      {"text", text("hello"), "text(hello)"},
      {"empty text", text(""), "text()"},
      {"binary", bytes_of({.first = 0x82, .payload = "\x01\xff"}), "binary(01ff)"},
      {"125 bytes", text(std::string(125, 'a')), "text(#125)"},
      {"126 bytes", text(std::string(126, 'a')), "text(#126)"},
      {"65535 bytes", text(std::string(65535, 'a')), "text(#65535)"},
      {"65536 bytes", text(std::string(65536, 'a')), "text(#65536)"},
      {"two messages", text("a") + text("b"), "text(a)text(b)"},
      {"ping", bytes_of({.first = 0x89, .payload = "p"}), "ping(p)"},
      {"ping of 125", bytes_of({.first = 0x89, .payload = std::string(125, 'p')}), "ping(#125)"},
      {"pong unasked", bytes_of({.first = 0x8A}), "pong()"},
      {"fragments", text("a", false) + more("b", false) + more("c", true), "text(abc)"},
      {"empty fragments", text("", false) + more("", false) + more("", true), "text()"},
      {"fragments then a message", text("a", false) + more("b", true) + text("c"), "text(ab)text(c)"},
      {"control between fragments", text("a", false) + bytes_of({.first = 0x89, .payload = "x"}) + more("b", true),
       "ping(x)text(ab)"},
      {"close between fragments", text("a", false) + close_frame(1000), "close(1000,)"},
      {"reserved bit 1", bytes_of({.first = 0xC1, .payload = "a"}), "failed(1002)"},
      {"reserved bit 2", bytes_of({.first = 0xA1, .payload = "a"}), "failed(1002)"},
      {"reserved bit 3", bytes_of({.first = 0x91, .payload = "a"}), "failed(1002)"},
      {"reserved bit on a ping", bytes_of({.first = 0xC9}), "failed(1002)"},
      {"opcode 3", bytes_of({.first = 0x83}), "failed(1002)"},
      {"opcode 7", bytes_of({.first = 0x87}), "failed(1002)"},
      {"opcode 11", bytes_of({.first = 0x8B}), "failed(1002)"},
      {"opcode 15", bytes_of({.first = 0x8F}), "failed(1002)"},
      {"unmasked", bytes_of({.payload = "a", .masked = false}), "failed(1002)"},
      {"ping of 126", bytes_of({.first = 0x89, .payload = std::string(126, 'p')}), "failed(1002)"},
      {"ping fragmented", bytes_of({.first = 0x09, .payload = "p"}), "failed(1002)"},
      {"close fragmented", bytes_of({.first = 0x08}), "failed(1002)"},
      {"continuation alone", more("a", true), "failed(1002)"},
      {"continuation after a message", text("a") + more("b", true), "text(a)failed(1002)"},
      {"text inside text", text("a", false) + text("b"), "failed(1002)"},
      {"long form 126 for 5", bytes_of({.payload = "hello", .length_form = 126}), "failed(1002)"},
      {"long form 127 for 5", bytes_of({.payload = "hello", .length_form = 127}), "failed(1002)"},
      {"long form 127 for 300", bytes_of({.payload = std::string(300, 'a'), .length_form = 127}), "failed(1002)"},
      {"length of 2^63", bytes_of({.length = 1ull << 63}), "failed(1002)"},
      {"length of 2^63-1", bytes_of({.length = (1ull << 63) - 1}), "failed(1009)"},
      {"above the cap", bytes_of({.length = 70'001}), "failed(1009)"},
      {"at the cap", text(std::string(70'000, 'a')), "text(#70000)"},
      {"above the cap in fragments", text(std::string(60'000, 'a'), false) + more(std::string(10'001, 'a'), true),
       "failed(1009)"},
      {"too many fragments", many, "failed(1009)"},
      {"nothing after a failure", bytes_of({.first = 0x83}) + text("a"), "failed(1002)"},
  };
}

std::vector<Case> close_cases() {
  std::vector<Case> cases = {
      {"close empty", bytes_of({.first = 0x88}), "close(1005,)"},
      {"close with a reason", close_frame(1000, "bye"), "close(1000,bye)"},
      {"close with a long reason", close_frame(1000, std::string(123, 'r')), "close(1000,#123)"},
      {"close of one byte", bytes_of({.first = 0x88, .payload = "\x03"}), "failed(1002)"},
      {"close with a bad reason", close_frame(1000, "\xff"), "failed(1007)"},
      {"close with a cut reason", close_frame(1000, "\xc3"), "failed(1007)"},
      {"nothing after a close", close_frame(1000) + text("a"), "close(1000,)"},
  };
  for (int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
    cases.push_back({"close code allowed", close_frame(code), fmt::format("close({},)", code)});
  }
  for (int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    cases.push_back({"close code refused", close_frame(code), "failed(1002)"});
  }
  return cases;
}

std::vector<Case> text_cases() {
  std::vector<Case> cases;
  for (const char* good : {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xe0\xa0\x80", "\xc2\x80"}) {
    cases.push_back({"valid text", text(good), fmt::format("text({})", good)});
  }
  for (const char* bad : {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x80\x80\xaf",
                          "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
                          "\xfe", "\xff", "a\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3\x28", "12345678\xff"}) {
    cases.push_back({"invalid text", text(bad), "failed(1007)"});
  }
  cases.push_back({"invalid bytes in a binary message", bytes_of({.first = 0x82, .payload = "\xff"}), "binary(ff)"});
  return cases;
}

TEST(WebSocketCodec, TheVerdictIsTheSameHoweverTheBytesAreCut) {
  std::vector<Case> cases = framing_cases();
  for (auto& group : {close_cases(), text_cases()}) cases.insert(cases.end(), group.begin(), group.end());
  for (const auto& test : cases) {
    for (std::size_t piece_size :
         {std::size_t{1} << 24, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{5}, std::size_t{1000}}) {
      EXPECT_EQ(decode(test.bytes, piece_size), test.events)
          << test.name << " " << to_hex(test.bytes.substr(0, 16)) << " in pieces of " << piece_size;
    }
  }
}

TEST(WebSocketCodec, RandomBytesHaveOneVerdict) {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes;
    for (std::size_t frames = 1 + random() % 4; frames > 0; --frames) {
      constexpr std::uint8_t kFirst[] = {0x81, 0x01, 0x00, 0x80, 0x82, 0x89, 0x8A, 0x88};
      bytes += bytes_of({.first = kFirst[random() % 8], .payload = std::string(random() % 140, 'a')});
    }
    for (std::size_t changes = random() % 3; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    auto whole = decode(bytes, bytes.size());
    ASSERT_EQ(decode(bytes, 1), whole) << to_hex(bytes);
    ASSERT_EQ(decode(bytes, 1 + random() % 20), whole) << to_hex(bytes);
  }
}

TEST(WebSocketCodec, TextMayBeSplitAnywhere) {
  const std::string whole = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_EQ(decode(text(whole.substr(0, cut), false) + more(whole.substr(cut), true), 1),
              fmt::format("text({})", whole));
    if (cut < whole.size() && (static_cast<std::uint8_t>(whole[cut]) & 0xC0) == 0x80) {
      EXPECT_EQ(decode(text(whole.substr(0, cut)), 1), "failed(1007)");
    }
  }
}

TEST(WebSocketCodec, FailsAtTheFirstByteThatCannotBeText) {
  WebSocketDecoder decoder(WebSocketRole::server, 1000, 10);
  std::string start = bytes_of({.payload = "abc\xed\xa0", .length = 100});
  std::span<char> input(start);
  EXPECT_EQ(decoder.next(input).code, CloseCode::invalid_data);
}

TEST(WebSocketCodec, WritesWhatTheOtherSideReads) {
  for (auto role : {WebSocketRole::server, WebSocketRole::client}) {
    auto other = role == WebSocketRole::server ? WebSocketRole::client : WebSocketRole::server;
    std::string out;
    append_frame(out, role, Opcode::text, "hello");
    append_frame(out, role, Opcode::text, std::string(200, 'm'));
    append_frame(out, role, Opcode::text, std::string(66'000, 'l'));
    append_frame(out, role, Opcode::text, "a", false);
    append_frame(out, role, Opcode::ping, "p");
    append_frame(out, role, Opcode::continuation, "b");
    append_close(out, role, CloseCode::going_away, "bye");
    for (std::size_t piece_size : {std::size_t{1} << 24, std::size_t{1}, std::size_t{3}}) {
      EXPECT_EQ(decode(out, piece_size, other), "text(hello)text(#200)text(#66000)ping(p)text(ab)close(1001,bye)");
    }
    EXPECT_EQ(decode(out, 1, role), "failed(1002)");  // its own frames have the wrong mask
  }
}

TEST(WebSocketCodec, CutsLongReasonsBetweenCharacters) {
  std::string out, reason;
  for (int i = 0; i < 100; ++i) reason += "\xc3\xbc";
  append_close(out, WebSocketRole::server, 1000, reason);
  EXPECT_EQ(out.size(), 2u + 2 + 122);
  EXPECT_EQ(decode(out, 1000, WebSocketRole::client), "close(1000,#122)");
  out.clear();
  append_close(out, WebSocketRole::server, CloseCode::none, "dropped");
  EXPECT_EQ(out, std::string("\x88\x00", 2));
}

}  // namespace
}  // namespace chela::net
