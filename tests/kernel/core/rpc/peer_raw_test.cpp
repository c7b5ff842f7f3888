// A peer against plain bytes: what it says, and what it makes of what nobody should say.

#include <gmock/gmock.h>

#include <random>

#include "tests/kernel/core/rpc/rpc_fixture.hpp"

namespace chela::rpc {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

json request(int id, std::string method, json params = json::object()) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}
json note(std::string method, json params) { return {{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}; }
json result(int id, json value) { return {{"jsonrpc", "2.0"}, {"id", id}, {"result", value}}; }

class RawPeer : public RawTest {
 protected:
  CallOptions streaming(std::uint32_t credit) {
    return {.on_event = [this](std::string_view event) { events.emplace_back(event); }, .credit = credit};
  }
  std::vector<std::string> events;
};

TEST_F(RawPeer, CallsAndTakesTheAnswerInPieces) {
  auto& outcome = call("tool.call", R"({"a":1})");
  EXPECT_EQ(hear(), request(1, "tool.call", {{"a", 1}}));
  for (char byte : framed(R"({"jsonrpc":"2.0","id":1,"result": {"x" : 2} })")) write({&byte, 1});
  ASSERT_TRUE(ends(outcome));
  EXPECT_EQ(*outcome.result, R"({"x" : 2})");
  EXPECT_EQ(peer->open_calls(), 0u);
}

TEST_F(RawPeer, GivesErrorsOnWithTheirData) {
  std::string data;
  auto& outcome = call("provider.complete", "{}", {.error_data = &data});
  hear();
  say({{"jsonrpc", "2.0"}, {"id", 1}, {"error", {{"code", -32009}, {"message", "slow down"}, {"data", {{"retryAfterMs", 5}}}}}});
  ASSERT_TRUE(ends(outcome));
  EXPECT_EQ(outcome.error(), "exhausted: calling provider.complete: slow down");
  EXPECT_EQ(data, R"({"retryAfterMs":5})");
}

TEST_F(RawPeer, AnswersRequests) {
  handler.answer = [](Request asked) {
    if (asked.method() == "fails") return asked.fail({ErrorCode::denied, "no"}, R"({"a":1})");
    if (asked.method() == "answers") asked.answer(asked.params());
  };
  say(request(1, "answers", {{"x", 1}}));
  EXPECT_EQ(hear(), result(1, {{"x", 1}}));
  say(request(2, "fails"));
  EXPECT_EQ(hear()["error"], json::parse(R"({"code":-32003,"message":"no","data":{"status":"denied","a":1}})"));
  say(request(9, "drops"));
  EXPECT_EQ(hear()["error"]["data"]["status"], "internal");
  say(request(10, "host.ping"));
  EXPECT_EQ(hear(), result(10, json::object()));
  EXPECT_EQ(peer->open_requests(), 0u);
}

TEST_F(RawPeer, MessagesOfOneTickLeaveTogether) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(peer->notify("log.write", "{}"));
  ASSERT_TRUE(run_until(loop, [&] { return read_some(); }));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(reader.next().value()) << i;
}

TEST_F(RawPeer, EndsTheConnectionOfWhoBreaksTheProtocol) {
  const std::pair<std::string, const char*> kTable[] = {
      {frame_header(65537), "its length is 65537 bytes, 65536 are allowed"},
      {framed(""), "it is not valid JSON"},
      {framed("hello"), "it is not valid JSON"},
      {framed("[]"), "it is not a JSON object"},
      {framed(R"({"jsonrpc":"2.0","id":"x","method":"m"})"), "its id is not an integer"},
      {framed(result(5, 1).dump()), "there was no call 5"},
      {framed(note("call.event", {{"call", 5}, {"events", json::array()}}).dump()), "there was no call 5"},
      {framed(note("call.event", {{"call", 1}, {"events", {1, 2, 3}}}).dump()), "3 events for call 1, 2 were allowed"},
      {framed(note("call.event", {{"call", 2}, {"events", {1}}}).dump()), "call 2 has none"},
      {framed(note("call.event", {{"call", "x"}}).dump()), "call.event params.call"},
      {framed(note("call.credit", {{"call", 5}, {"add", 1}}).dump()), "there was no request 5"},
      {framed(note("call.cancel", {{"call", 5}}).dump()), "there was no request 5"},
      {framed(request(1, "a").dump()) + framed(request(1, "a").dump()), "the request 1 follows 1"},
      {framed(request(3, "a").dump()) + framed(request(2, "a").dump()), "the request 2 follows 3"},
  };
  for (const auto& [bytes, why] : kTable) {
    for (bool in_pieces : {false, true}) {
      handler.closed.clear();
      make({.frame_bytes_max = 65536});
      auto& first = call("stream", R"({"credit":2})", streaming(2));
      auto& second = call("plain");
      for (std::size_t i = 0; i < bytes.size(); i += in_pieces ? 1 : bytes.size()) {
        write(std::string_view(bytes).substr(i, in_pieces ? 1 : bytes.size()));
      }
      ASSERT_TRUE(closes()) << why;
      EXPECT_EQ(handler.closed[0].code, ErrorCode::protocol) << why;
      EXPECT_THAT(handler.closed[0].message, HasSubstr(why));
      EXPECT_THAT(first.error(), HasSubstr("unavailable: calling stream"));
      EXPECT_THAT(second.error(), HasSubstr("unavailable: calling plain"));
      EXPECT_FALSE(peer->is_open());
      EXPECT_EQ(peer->notify("x", "{}").error().code, ErrorCode::unavailable);
    }
  }
}

TEST_F(RawPeer, AnswersADefectiveRequestAndGoesOn) {
  write(framed(R"({"jsonrpc":"2.0","id":4,"method":"m","params":[1]})"));
  auto answer = hear();
  EXPECT_EQ(answer["id"], 4);
  EXPECT_EQ(answer["error"]["code"], -32001);
  EXPECT_EQ(answer["error"]["data"]["status"], "invalid_argument");
  say(request(5, "host.ping"));
  EXPECT_EQ(hear()["id"], 5);
}

TEST_F(RawPeer, TellsWhoClosed) {
  auto& outcome = call("slow");
  hear();
  ::shutdown(pair.ends[1], SHUT_RDWR);
  ASSERT_TRUE(closes());
  EXPECT_EQ(outcome.error(), "unavailable: calling slow: the other side closed the connection");
  EXPECT_EQ(handler.closed.size(), 1u);
}

TEST_F(RawPeer, StreamsWithCredit) {
  auto& outcome = call("stream", R"({"credit":4})", streaming(4));
  hear();
  say(note("call.event", {{"call", 1}, {"events", {{{"a", 1}}, 2}}}));
  EXPECT_EQ(hear(), note("call.credit", {{"call", 1}, {"add", 2}}));
  say(note("call.event", {{"call", 1}, {"events", {3, 4, 5, 6}}}));
  EXPECT_EQ(hear(), note("call.credit", {{"call", 1}, {"add", 4}}));
  say(note("call.event", {{"call", 1}, {"events", {7}}}));
  EXPECT_TRUE(hears_nothing());
  say(result(1, "end"));
  ASSERT_TRUE(ends(outcome));
  EXPECT_EQ(events, (std::vector<std::string>{R"({"a":1})", "2", "3", "4", "5", "6", "7"}));
}

TEST_F(RawPeer, SendsEventsAsCreditAllows) {
  say(request(1, "stream", {{"credit", 2}}));
  ASSERT_EQ(handler.requests.size(), 1u);
  std::vector<std::string> sent;
  auto send = [](Request& asked, std::string event, std::vector<std::string>& done) -> Task<Result<void>> {
    CHELA_CO_CHECK(co_await asked.send_event(event));
    done.push_back(event);
    co_return Result<void>{};
  };
  for (auto event : {"1", "2", "3", "4"}) loop.spawn("send", send(handler.requests[0], event, sent));
  EXPECT_EQ(hear(), note("call.event", {{"call", 1}, {"events", {1, 2}}}));
  EXPECT_TRUE(hears_nothing());
  say(note("call.credit", {{"call", 1}, {"add", 1}}));
  EXPECT_EQ(hear(), note("call.event", {{"call", 1}, {"events", {3}}}));
  EXPECT_EQ(sent, (std::vector<std::string>{"1", "2", "3"}));
  handler.requests[0].answer("5");
  EXPECT_EQ(hear(), result(1, 5));
  EXPECT_EQ(sent.size(), 3u);
  EXPECT_EQ(loop.task_count(), 0u) << "who waited for credit is told";
}

TEST_F(RawPeer, LateAnswersAreIgnored) {
  auto& late = call("slow", "{}", {.timeout = 2s, .on_event = [](std::string_view) { FAIL(); }});
  hear();
  clock.advance(2s);
  ASSERT_TRUE(ends(late));
  EXPECT_EQ(late.error(), "timed_out: calling slow: the deadline passed");
  EXPECT_EQ(hear(), note("call.cancel", {{"call", 1}}));
  say(note("call.event", {{"call", 1}, {"events", {1}}}));
  say(result(1, 1));
  say(result(1, 1));
  auto& next = call("next");
  EXPECT_EQ(hear()["id"], 2);
  say(result(2, 3));
  ASSERT_TRUE(ends(next));
  EXPECT_EQ(*next.result, "3");
}

TEST_F(RawPeer, CancelledRequestsAreStillAnswered) {
  say(request(1, "slow"));
  auto& asked = handler.requests.at(0);
  bool told = false;
  auto registration = asked.cancelled().on_cancel([&] { told = true; });
  say(note("call.cancel", {{"call", 1}}));
  EXPECT_TRUE(told);
  asked.fail({ErrorCode::cancelled, "as asked"});
  EXPECT_EQ(hear()["error"]["data"]["status"], "cancelled");
  say(note("call.cancel", {{"call", 1}}));
  say(note("call.credit", {{"call", 1}, {"add", 1}}));
  EXPECT_TRUE(hears_nothing());
}

TEST_F(RawPeer, PingsTheSilentAndGivesThemUp) {
  peer->watch(true);
  clock.advance(4900ms);
  EXPECT_TRUE(hears_nothing());
  clock.advance(100ms);
  auto ping = hear();
  EXPECT_EQ(ping["method"], "host.ping");
  say(result(ping["id"], json::object()));
  clock.advance(5s);
  EXPECT_EQ(hear()["method"], "host.ping");
  clock.advance(9900ms);
  EXPECT_TRUE(hears_nothing());
  EXPECT_TRUE(peer->is_open());
  clock.advance(100ms);
  ASSERT_TRUE(closes());
  EXPECT_THAT(handler.closed[0].message, HasSubstr("silent"));
  EXPECT_EQ(handler.closed[0].code, ErrorCode::timed_out);
}

TEST_F(RawPeer, DoesNotBlameTheOtherSideForItsOwnSleep) {
  peer->watch(true);
  clock.advance(5s);
  hear();
  clock.advance(30s);
  auto answer = framed(R"({"jsonrpc":"2.0","id":1,"result":{}})");
  ASSERT_GT(::send(pair.ends[1], answer.data(), answer.size(), 0), 0);
  for (int i = 0; i < 5; ++i) loop.run_ready();
  EXPECT_TRUE(peer->is_open());
  peer->watch(false);
  clock.advance(60s);
  for (int i = 0; i < 5; ++i) loop.run_ready();
  EXPECT_TRUE(peer->is_open());
}

TEST_F(RawPeer, FloodsAreAnsweredUntilNobodyReadsTheAnswers) {
  make({.calls_max = 8, .pending_bytes_max = 1 << 20});
  for (int i = 1; i <= 8; ++i) say(request(i, "slow"));
  EXPECT_EQ(peer->open_requests(), 8u);
  say(request(9, "slow"));
  EXPECT_EQ(hear()["error"]["data"]["status"], "exhausted");
  for (int i = 10; handler.closed.empty() && i < 100'000; ++i) say(request(i, "slow"));
  ASSERT_TRUE(closes());
  EXPECT_THAT(handler.closed[0].message, HasSubstr("does not read"));
  EXPECT_EQ(peer->open_requests(), 0u);
  EXPECT_TRUE(handler.requests[0].cancelled().cancelled());
}

TEST_F(RawPeer, SurvivesNoise) {
  std::mt19937 random(11);
  auto whole = framed(request(1, "stream", {{"credit", 2}}).dump()) + framed(result(1, {{"x", {1, 2}}}).dump()) +
               framed(note("call.event", {{"call", 1}, {"events", {1}}}).dump());
  for (int round = 0; round < 300; ++round) {
    handler.closed.clear();
    handler.requests.clear();
    make({.frame_bytes_max = 65536});
    call("stream", "{}", streaming(2));
    auto bytes = whole;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    write(bytes);
    ::shutdown(pair.ends[1], SHUT_RDWR);
    ASSERT_TRUE(closes());
    ASSERT_TRUE(outcomes.back().done);
    ASSERT_EQ(handler.closed.size(), 1u);
  }
}

}  // namespace
}  // namespace chela::rpc
