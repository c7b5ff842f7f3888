#include "chela/sse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

// Each event as name|data|id.
std::vector<std::string> parse(std::string_view stream, std::size_t step, bool finish = false) {
  std::vector<std::string> events;
  chela::SseParser parser(
      [&](const chela::SseEvent& event) { events.push_back(event.name + "|" + event.data + "|" + event.id); });
  for (std::size_t at = 0; at < stream.size(); at += step) parser.feed(stream.substr(at, step));
  if (finish) parser.finish();
  return events;
}

struct Case {
  std::string_view stream;
  std::vector<std::string> events;
};

TEST(Sse, ReadsStreamsHoweverTheyAreCut) {
  const Case cases[] = {
      {"data: a\n\n", {"message|a|"}},
      {"data: a\r\rdata: b\r\n\r\n", {"message|a|", "message|b|"}},
      {"data:a\ndata\ndata: b\n\n", {"message|a\n\nb|"}},
      {"\xEF\xBB\xBF"
       "data: a\n\n",
       {"message|a|"}},
      {": keep-alive\n\nevent: ping\n\ndata: a\n\n", {"message|a|"}},
      {"event: delta\ndata: {\"x\":1}\nid: 7\n\ndata: b\n\n", {"delta|{\"x\":1}|7", "message|b|7"}},
      {"data:  two spaces\nunknown: x\ndata : not data\n\n", {"message| two spaces|"}},
      {std::string_view("id: a\0b\ndata: x\n\n", 17), {"message|x|"}},
      {"data: never ended\n", {}},
  };
  for (const Case& test : cases) {
    for (std::size_t step = 1; step <= test.stream.size(); ++step) {
      EXPECT_EQ(parse(test.stream, step), test.events) << test.stream << " in pieces of " << step;
    }
  }
}

TEST(Sse, FinishHandsOnAnEventWithoutItsBlankLine) {
  EXPECT_EQ(parse("data: a\n\ndata: [DONE]", 3, true), (std::vector<std::string>{"message|a|", "message|[DONE]|"}));
}

TEST(Sse, KeepsTheServicesWishForRetry) {
  chela::SseParser parser([](const chela::SseEvent&) {});
  parser.feed("retry: 1500\nretry: soon\nretry: 99999999999999999999\n\n");
  EXPECT_EQ(parser.retry_ms(), 1500u);
}

TEST(Sse, RefusesLinesAndEventsAboveTheirLimits) {
  chela::SseLimits limits;
  limits.line_bytes_max = 16;
  limits.event_bytes_max = 32;
  chela::SseParser line([](const chela::SseEvent&) {}, limits);
  line.feed("data: 8 bytes");
  EXPECT_THROW(line.feed("and more"), chela::Failure);
  chela::SseParser event([](const chela::SseEvent&) {}, limits);
  event.feed("data: 12345678\ndata: 12345678\ndata: 12345678\n");
  EXPECT_THROW(event.feed("data: 12345678\n"), chela::Failure);
}

}  // namespace
