#include "kernel/core/rpc/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kernel/core/rpc/frame.hpp"
#include "kernel/core/rpc/json_slices.hpp"

namespace chela::rpc {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// What a reader makes of `text`, in short.
std::string read(std::string text) {
  MessageReader reader;
  auto size = text.size();
  text.append(kFramePadding, '}');  // whatever follows must not matter
  auto message = reader.read(std::string_view(text).substr(0, size));
  if (!message) {
    auto whose = message.error().id ? fmt::format("answer {}: ", *message.error().id) : "end: ";
    return whose + message.error().error.message;
  }
  switch (message->kind) {
    case Message::Kind::request: return fmt::format("request {} {} {}", message->id, message->method, message->params);
    case Message::Kind::notification: return fmt::format("notification {} {}", message->method, message->params);
    case Message::Kind::result: return fmt::format("result {} {}", message->id, message->result);
    case Message::Kind::error:
      return fmt::format("error {} {} {} {}", message->id, name_of(message->failure.error.code),
                         message->failure.error.message, message->failure.data);
  }
  return "";
}

TEST(Message, Reads) {
  const std::pair<const char*, const char*> kTable[] = {
      {R"({"jsonrpc":"2.0","id":1,"method":"a.b","params":{"x":[1,{"y":"}"}]}})", R"(request 1 a.b {"x":[1,{"y":"}"}]})"},
      {R"( { "params" : { "x" : 1 } , "method":"m","id": 7 ,"jsonrpc":"2.0" } )", R"(request 7 m { "x" : 1 })"},
      {R"({"jsonrpc":"2.0","id":9007199254740991,"method":"m"})", "request 9007199254740991 m {}"},
      {R"({"jsonrpc":"2.0","method":"log.write","params":{}})", "notification log.write {}"},
      {R"({"jsonrpc":"2.0","method":"a\u002eb","more":[{}]})", "notification a.b {}"},
      {R"({"jsonrpc":"2.0","id":3,"result":null})", "result 3 null"},
      {R"({"jsonrpc":"2.0","id":3,"result": [1, "a b"] })", R"(result 3 [1, "a b"])"},
      {R"({"jsonrpc":"2.0","id":3,"result":-1.5e3 })", "result 3 -1.5e3"},
      {R"({"jsonrpc":"2.0","id":1e1,"result":[590295810358705700000, 1e999]})", "result 10 [590295810358705700000, 1e999]"},
      {R"({"jsonrpc":"2.0","id":3,"error":{"code":-32003,"message":"no","data":{"status":"denied","a":1}}})",
       R"(error 3 denied no {"status":"denied","a":1})"},
      {R"({"jsonrpc":"2.0","id":3,"error":{"code":-32005,"message":"late"}})", "error 3 timed_out late "},
      {R"({"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"defect"}})", "error 3 protocol defect "},
      {R"({"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"none"}})", "error 3 unsupported none "},
      {R"({"jsonrpc":"2.0","id":3,"error":{"code":1e99,"data":[1],"message":5}})",
       "error 3 internal the other side gave no reason "},
      {R"({"jsonrpc":"2.0","id":3,"error":{}})", "error 3 internal the other side gave no reason "},
  };
  for (auto [text, expected] : kTable) EXPECT_EQ(read(text), expected) << text;
}

TEST(Message, WithADefectIsAnsweredOrEndsTheConnection) {
  const std::pair<std::string, const char*> kTable[] = {
      {"", "end: reading a message: it is not valid JSON"},
      {"{", "end: reading a message: it is not valid JSON"},
      {R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"a" 1}})", "end: reading a message: it is not valid JSON"},
      {R"({"jsonrpc":"2.0","id":1,"result":[1}]})", "end: reading a message: it is not valid JSON"},
      {R"({"jsonrpc":"2.0","id":1,"result":01})", "end: reading a message: it is not valid JSON"},
      {R"({"jsonrpc":"2.0","id":1,"result":{}} {})", "end: reading a message: it is not valid JSON"},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"\xFF\"}", "end: reading a message: it is not valid JSON"},
      {"[]", "end: reading a message: it is not a JSON object"},
      {"null", "end: reading a message: it is not a JSON object"},
      {R"([{"jsonrpc":"2.0","id":1,"method":"m"}])", "end: reading a message: it is not a JSON object"},
      {R"({"id":1,"method":"m"})", "answer 1: reading a message: its jsonrpc"},
      {R"({"jsonrpc":"1.0","id":1,"method":"m"})", "answer 1: reading a message: its jsonrpc"},
      {R"({"jsonrpc":2.0,"method":"m"})", "end: reading a message: its jsonrpc"},
      {R"({"id":1,"result":{}})", "end: reading a message: its jsonrpc"},
      {R"({"jsonrpc":"2.0","id":0,"method":"m"})", "end: reading a message: its id"},
      {R"({"jsonrpc":"2.0","id":-1,"method":"m"})", "end: reading a message: its id"},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"m"})", "end: reading a message: its id"},
      {R"({"jsonrpc":"2.0","id":"1","method":"m"})", "end: reading a message: its id"},
      {R"({"jsonrpc":"2.0","id":null,"method":"m"})", "end: reading a message: its id"},
      {R"({"jsonrpc":"2.0","id":9007199254740992,"method":"m"})", "end: reading a message: its id"},
      {R"({"jsonrpc":"2.0","id":1,"method":"m","result":{}})", "answer 1: reading a message: it has a method and"},
      {R"({"jsonrpc":"2.0","id":1,"method":""})", "answer 1: reading a message: its method"},
      {R"({"jsonrpc":"2.0","id":1,"method":{}})", "answer 1: reading a message: its method"},
      {R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(257, 'm') + "\"}", "answer 1: reading a message: its method"},
      {R"({"jsonrpc":"2.0","id":1,"method":"m","params":[]})", "answer 1: reading a message: its params"},
      {R"({"jsonrpc":"2.0","method":"m","params":null})", "end: reading a message: its params"},
      {R"({"jsonrpc":"2.0"})", "end: reading a message: it has neither"},
      {R"({"jsonrpc":"2.0","result":1})", "end: reading a message: it has neither"},
      {R"({"jsonrpc":"2.0","id":1})", "end: reading a message: it has no method, nor"},
      {R"({"jsonrpc":"2.0","id":1,"result":1,"error":{}})", "end: reading a message: it has no method, nor"},
      {R"({"jsonrpc":"2.0","id":1,"error":"x"})", "end: reading a message: its error"},
      {R"({"jsonrpc":"2.0","id":1,"id":2,"result":{}})", "end: reading a message: id stands twice"},
      {R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(1100, '[') + std::string(1100, ']') + "}",
       "end: reading a message: it is not valid JSON"},
  };
  for (const auto& [text, expected] : kTable) EXPECT_THAT(read(text), HasSubstr(expected)) << text;
}

TEST(Message, WhatIsWrittenIsReadBack) {
  EXPECT_EQ(read(request_text(5, "tool.call", R"({"a":"b"})")), R"(request 5 tool.call {"a":"b"})");
  EXPECT_EQ(read(notification_text("a\"b", "{}")), "notification a\"b {}");
  EXPECT_EQ(read(result_text(6, "[1]")), "result 6 [1]");
  for (auto code : {ErrorCode::denied, ErrorCode::internal, ErrorCode::corrupt, ErrorCode::already_exists}) {
    auto text = error_text(7, {code, "why \"\n\xFF"}, R"( {"retryAfterMs": 5} )");
    EXPECT_EQ(read(text), fmt::format("error 7 {} why \"\n\uFFFD {{\"status\":\"{}\",\"retryAfterMs\": 5}}", name_of(code),
                                      name_of(code)));
  }
  auto denied = json::parse(error_text(7, {ErrorCode::denied, "no"}, {}));
  EXPECT_EQ(denied["error"], json::parse(R"({"code":-32003,"message":"no","data":{"status":"denied"}})"));
  EXPECT_EQ(json::parse(error_text(7, {ErrorCode::denied, "no"}, "{ }"))["error"], denied["error"]);
}

TEST(Message, NotesAboutCalls) {
  MessageReader reader;
  auto note = [&](std::string params) -> std::string {
    auto size = params.size();
    params.append(kFramePadding, ' ');
    auto result = reader.read_call_note("call.x", std::string_view(params).substr(0, size));
    if (!result) return result.error().message;
    std::string out = fmt::format("{} +{}", result->call, result->add);
    for (auto event : result->events) out.append(" ").append(event);
    return out;
  };
  EXPECT_EQ(note(R"({"call":3,"events":[{"a":[1]}, 5 ,"x"],"more":1})"), R"(3 +0 {"a":[1]} 5 "x")");
  EXPECT_EQ(note(R"({"add":65536,"call":3})"), "3 +65536");
  for (auto bad : {"{}", R"({"call":0})", R"({"call":"3"})", R"({"call":3,"add":65537})", R"({"call":3,"add":-1})",
                   R"({"call":3,"events":{}})"}) {
    EXPECT_THAT(note(bad), HasSubstr("call.x params")) << bad;
  }
  std::string many = "0";
  for (int i = 0; i < 1024; ++i) many += ",0";
  EXPECT_THAT(note(R"({"call":3,"events":[)" + many + "]}"), HasSubstr("events at most 1024"));
}

TEST(Message, TextsAreReadWithTheirEscapes) {
  JsonSlices slices;
  const std::pair<const char*, const char*> kTable[] = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u00e9\u20AC\ud83d\ude42x")", "\u00e9\u20AC\U0001F642x"},
      {R"("a\ud83d")", "a\uFFFD"},
      {R"("\ude42\ud83d\ud83d\ude42")", "\uFFFD\uFFFD\U0001F642"},
      {R"("\ud83d\u0041")", "\uFFFDA"},
  };
  for (auto [text, expected] : kTable) EXPECT_EQ(slices.string(text), expected) << text;
  EXPECT_EQ(slices.string("5"), std::nullopt);
}

TEST(Message, CreditOfARequest) {
  EXPECT_EQ(read_credit(R"({"a":{"credit":9},"credit":5})"), 5u);
  EXPECT_EQ(read_credit("{}"), std::nullopt);
  EXPECT_EQ(read_credit(R"({"credit":"5"})"), std::nullopt);
  EXPECT_EQ(read_credit(R"({"credit":4294967296})"), std::nullopt);
}

TEST(Message, AReaderServesManyOfAllSizes) {
  MessageReader reader;
  for (std::size_t size : {10, 1 << 20, 10, 300 * 1024, 5, 2 << 20, 0}) {
    auto text = result_text(1, "\"" + std::string(size, 'x') + "\"");
    auto padded = text + std::string(kFramePadding, '\0');
    auto message = reader.read(std::string_view(padded).substr(0, text.size()));
    ASSERT_TRUE(message) << size;
    EXPECT_EQ(message->result.size(), size + 2);
  }
}

}  // namespace
}  // namespace chela::rpc
