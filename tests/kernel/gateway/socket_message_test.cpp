#include "kernel/gateway/socket_message.hpp"

#include <gtest/gtest.h>

namespace chela::gateway {
namespace {

using Kind = SocketMessage::Kind;

TEST(SocketMessage, KnowsItsEnvelopes) {
  struct Row {
    const char* payload;
    Kind kind;
    const char* text;
    const char* message_id;
    const char* session_id;
    std::optional<std::uint64_t> after;
  };
  const Row kTable[] = {
      {R"({"type":"user_message","text":"hi","messageId":"m1","sessionId":"s1"})",
       Kind::user_message,
       "hi",
       "m1",
       "s1",
       {}},
      {R"({"type":"user_message","content":"hi"})", Kind::user_message, "hi", "", "", {}},
      {R"({"type":"user_message","text":"a","content":"b"})", Kind::user_message, "a", "", "", {}},
      {R"({"type":"user_message","text":"","content":"b"})", Kind::user_message, "b", "", "", {}},
      {R"({"type":"user_message"})", Kind::user_message, "", "", "", {}},
      {R"({"type":"stop"})", Kind::stop, "", "", "", {}},
      {R"({"type":"heartbeat","text":7})", Kind::heartbeat, "", "", "", {}},
      {R"({"type":"hello"})", Kind::hello, "", "", "", {}},
      {R"({"type":"attach","sessionId":"s1","after":12})", Kind::attach, "", "", "s1", 12},
      {R"({"type":"attach","sessionId":"s1","after":18446744073709551615})", Kind::attach, "", "", "s1",
       18446744073709551615u},
      // Members of the wrong type are as if they were not there.
      {R"({"type":"attach","sessionId":["s1"],"after":-1})", Kind::attach, "", "", "", {}},
      {R"({"type":"attach","after":1.5})", Kind::attach, "", "", "", {}},
      {R"({"type":"attach","after":"1"})", Kind::attach, "", "", "", {}},
      {R"({"type":"attach","after":18446744073709551616})", Kind::attach, "", "", "", {}},
      {R"({"type":"attach","after":1e400})", Kind::user_message, nullptr, "", "", {}},
      {R"({"type":"user_message","text":{"a":1},"messageId":null})", Kind::user_message, "", "", "", {}},
      {R"({"text":"\ud83d\ude00","type":"user_message"})", Kind::user_message, "\xF0\x9F\x98\x80", "", "", {}},
      {R"( {"type":"stop"})", Kind::user_message, nullptr, "", "", {}},
  };
  for (const auto& row : kTable) {
    auto message = read_socket_message(row.payload);
    EXPECT_EQ(message.kind, row.kind) << row.payload;
    EXPECT_EQ(message.is_envelope, row.text != nullptr) << row.payload;
    EXPECT_EQ(message.text, row.text ? row.text : row.payload) << row.payload;
    EXPECT_EQ(message.message_id, row.message_id) << row.payload;
    EXPECT_EQ(message.session_id, row.session_id) << row.payload;
    EXPECT_EQ(message.after, row.after) << row.payload;
  }
}

TEST(SocketMessage, TakesAllElseForRawText) {
  const std::string kTable[] = {
      "hello",
      "",
      "   ",
      "{",
      "{}",
      "{ this is no JSON",
      R"([{"type":"stop"}])",
      R"({"type":"shutdown"})",
      R"({"type":"Stop"})",
      R"({"type":["stop"]})",
      R"({"type":null})",
      R"({"type":"stop"} trailing)",
      R"({"type":"stop","text":"\ud800"})",
      R"({"type":"stop","type":7})",
      std::string("{\"type\":\"stop\"\0}", 16),
      std::string("{\"type\":\"stop\"}\0", 16),
      std::string("{\"type\":\"stop\"}\0more", 20),
      std::string("a\0b", 3),
      "\xff\xfe",
      std::string(200'000, '{'),
      R"({"type":"stop","x":)" + std::string(64, '[') + std::string(64, ']') + "}",
  };
  for (const auto& payload : kTable) {
    auto message = read_socket_message(payload);
    EXPECT_FALSE(message.is_envelope) << payload.substr(0, 60);
    EXPECT_EQ(message.kind, Kind::user_message);
    EXPECT_EQ(message.text, payload);
    EXPECT_EQ(message.message_id + message.session_id, "");
  }
}

TEST(SocketMessage, CutsWhatIsTooLongBetweenCharacters) {
  EXPECT_EQ(read_socket_message(std::string(1'000'001, 'a')).text.size(), 1'000'000u);
  std::string snowmen;
  for (int i = 0; i < 400'000; ++i) snowmen += "\u2603";
  EXPECT_EQ(read_socket_message(snowmen).text.size(), 999'999u);
  auto envelope = read_socket_message(R"({"type":"user_message","text":"x","messageId":")" + std::string(500, 'm') +
                                      R"(","sessionId":")" + std::string(500, 's') + "\"}");
  EXPECT_EQ(envelope.message_id, std::string(128, 'm'));
  EXPECT_EQ(envelope.session_id, std::string(128, 's'));
}

}  // namespace
}  // namespace chela::gateway
