#include <gtest/gtest.h>

#include "kernel/core/net/sse.hpp"
#include "kernel/core/net/sse_parser.hpp"

namespace chela::net {
namespace {

std::string parse(std::string_view bytes, std::size_t piece_size) {
  std::string out;
  SseParser parser(
      [&](const SseParser::Event& event) { out += fmt::format("[{}|{}|{}]", event.name, event.data, event.id); });
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    EXPECT_TRUE(parser.feed(bytes.substr(at, piece_size)));
  }
  return out;
}

TEST(SseParser, ReadsStreamsHoweverTheyAreCut) {
  const struct {
    std::string_view bytes, events;
  } cases[] = {
      {"data: a\n\n", "[message|a|]"},
      {"data:a\r\n\r\n", "[message|a|]"},
      {"data: a\r\rdata: b\r\r", "[message|a|][message|b|]"},
      {"\xEF\xBB\xBF"
       "data: a\n\n",
       "[message|a|]"},
      {"data: \xEF\xBB\xBF"
       "a\n\n",
       "[message|\xEF\xBB\xBF"
       "a|]"},
      {"data: a\ndata: b\ndata\n\n", "[message|a\nb\n|]"},
      {"data\n\n", "[message||]"},
      {"data:  two\n\n", "[message| two|]"},
      {": comment\n\ndata: x\n\n", "[message|x|]"},
      {"event: e\nid: 7\ndata: x\n\ndata: y\n\n", "[e|x|7][message|y|7]"},
      {"event: lost\n\ndata: y\n\n", "[message|y|]"},
      {std::string_view("id: a\0b\ndata: y\n\n", 17), "[message|y|]"},
      {"id: 1\n\nid\ndata: y\n\n", "[message|y|]"},
      {"retry: 5\nunknown: 1\ndata: y\n\n", "[message|y|]"},
      {"data: cut off", ""},
      {"data: cut off\n", ""},
      {"\n\n\n", ""},
      {"data: a\r\n\ndata: b\n\n", "[message|a|][message|b|]"},
      {"data: [DONE]\n\n", "[message|[DONE]|]"},
  };
  for (const auto& test : cases) {
    for (std::size_t piece_size : {1, 2, 3, 1000}) {
      EXPECT_EQ(parse(test.bytes, piece_size), test.events) << test.bytes << " in pieces of " << piece_size;
    }
  }
}

TEST(SseParser, StopsAtItsLimits) {
  SseParser parser([](const auto&) {}, {.line_size_max = 10, .event_size_max = 12});
  EXPECT_EQ(parser.feed("data: 1234567").error().code, ErrorCode::too_large);
  EXPECT_FALSE(parser.feed("\n"));
  SseParser events([](const auto&) {}, {.line_size_max = 20, .event_size_max = 12});
  EXPECT_TRUE(events.feed("data: 12345678\n"));
  EXPECT_FALSE(events.feed("data: 12345678\n"));
  SseParser lines([](const auto&) {}, {.line_size_max = 20, .event_size_max = 2});  // line feeds between them count
  EXPECT_TRUE(lines.feed("data\ndata\ndata\n"));
  EXPECT_FALSE(lines.feed("data\n"));
}

TEST(SseParser, KnowsWhetherTheStreamWasCut) {
  SseParser parser([](const auto&) {});
  EXPECT_FALSE(parser.in_event());
  (void)parser.feed("data: x\n");
  EXPECT_TRUE(parser.in_event());
  (void)parser.feed("\n");
  EXPECT_FALSE(parser.in_event());
}

TEST(Sse, WrittenEventsReadBackTheSame) {
  std::string out;
  append_event(out, {.data = "a\r\nb\rc\n", .event = "up\ndate", .id = "1"});
  append_comment(out, "still\nhere");
  append_event(out, {.data = "", .event = {}, .id = {}});
  EXPECT_EQ(out, "event: update\nid: 1\ndata: a\ndata: b\ndata: c\ndata: \n\n: still\n: here\n\ndata: \n\n");
  EXPECT_EQ(parse(out, 1), "[update|a\nb\nc\n|1][message||1]");
}

}  // namespace
}  // namespace chela::net
