#include "kernel/gateway/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::gateway {
namespace {

using nlohmann::json;
using testing::HasSubstr;

net::HttpRequest request(std::string body, const char* type = "application/json") {
  net::HttpRequest out;
  out.body = std::move(body);
  if (type) out.headers.add("Content-Type", type);
  return out;
}

TEST(ErrorReply, HasTheFormAndStatusOfItsCode) {
  struct Row {
    ErrorCode code;
    int status;
    const char* openai_type;
  };
  const Row kTable[] = {{ErrorCode::invalid_argument, 400, "invalid_request_error"},
                        {ErrorCode::not_found, 404, "invalid_request_error"},
                        {ErrorCode::too_large, 413, "invalid_request_error"},
                        {ErrorCode::unauthenticated, 401, "authentication_error"},
                        {ErrorCode::denied, 403, "permission_error"},
                        {ErrorCode::exhausted, 429, "rate_limit_error"},
                        {ErrorCode::internal, 500, "api_error"}};
  for (const auto& row : kTable) {
    auto plain = error_reply({row.code, "why"}, ErrorStyle::chela);
    EXPECT_EQ(plain.status, row.status);
    EXPECT_EQ(json::parse(plain.body), (json{{"error", {{"code", name_of(row.code)}, {"message", "why"}}}}));
    EXPECT_EQ(plain.headers.value_or("content-type", ""), "application/json");
    EXPECT_EQ(plain.headers.value_or("cache-control", ""), "no-store");
    auto openai = json::parse(error_reply({row.code, "why"}, ErrorStyle::openai).body);
    EXPECT_EQ(openai["error"]["type"], row.openai_type);
    EXPECT_EQ(openai["error"]["code"], name_of(row.code));
    EXPECT_TRUE(openai["error"]["param"].is_null());
  }
}

TEST(ErrorReply, AsksForTheTokenWithAChallenge) {
  auto reply = error_reply({ErrorCode::unauthenticated, ""}, ErrorStyle::chela);
  EXPECT_EQ(reply.headers.value_or("www-authenticate", ""), "Bearer");
}

TEST(ErrorReply, SurvivesTextThatIsNoUtf8) {
  auto body = error_body({ErrorCode::internal, "a\xff\xfe b\"\n" + std::string(1, '\0')}, ErrorStyle::chela);
  EXPECT_EQ(json::parse(body)["error"]["message"], "a\xEF\xBF\xBD\xEF\xBF\xBD b\"\n" + std::string(1, '\0'));
}

TEST(TooFastReply, SaysHowLongToWait) {
  auto reply = too_fast_reply(std::chrono::milliseconds(1200), ErrorStyle::openai);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.value_or("retry-after", ""), "2");
  EXPECT_THAT(reply.body, HasSubstr("rate_limit_error"));
}

TEST(ReadJsonObject, TakesObjectsOfTheRightType) {
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8"}) {
    auto body = read_json_object(request(R"({"a": 1})", type));
    ASSERT_TRUE(body) << body.error().message;
    EXPECT_EQ(*body, (json{{"a", 1}}));
  }
  EXPECT_TRUE(read_json_object(request("\n {} \t")));
}

TEST(ReadJsonObject, SaysWhatIsWrongWithTheRest) {
  auto nested = [](int depth) { return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}"; };
  struct Row {
    std::string body;
    const char* type;
    const char* message;
  };
  const Row kTable[] = {
      {"{}", nullptr, "Content-Type: application/json"},
      {"{}", "text/plain", "Content-Type: application/json"},
      {"{}", "multipart/form-data; boundary=application/json", "Content-Type: application/json"},
      {"", "application/json", "not valid JSON"},
      {"{", "application/json", "not valid JSON"},
      {"{} {}", "application/json", "not valid JSON"},
      {"{'a': 1}", "application/json", "not valid JSON"},
      {"{\"a\": 1,}", "application/json", "not valid JSON"},
      {"{\"a\": NaN}", "application/json", "not valid JSON"},
      {"{\"a\": 01}", "application/json", "not valid JSON"},
      {"{\"a\": \"\xff\"}", "application/json", "not valid JSON"},
      {"{\"a\": \"\xed\xa0\x80\"}", "application/json", "not valid JSON"},    // a surrogate in UTF-8
      {"{\"a\": \"\\ud800\"}", "application/json", "not valid JSON"},         // half a pair
      {"{\"a\": \"\\udc00\\ud800\"}", "application/json", "not valid JSON"},  // the wrong way round
      {std::string("{\"a\": \"\0\"}", 10), "application/json", "not valid JSON"},
      {std::string("{}\0", 3), "application/json", "not valid JSON"},
      {std::string("{}\0[[[", 6), "application/json", "not valid JSON"},
      {"\xef\xbb\xbf[]", "application/json", "not a JSON object"},
      {"null", "application/json", "not a JSON object"},
      {"[]", "application/json", "not a JSON object"},
      {"\"{}\"", "application/json", "not a JSON object"},
      {"1e999", "application/json", "not valid JSON"},
      {nested(64), "application/json", "deeper than 64"},
      {nested(100'000), "application/json", "deeper than 64"},
      {std::string(1'000'000, '['), "application/json", "deeper than 64"},
  };
  for (const auto& row : kTable) {
    auto body = read_json_object(request(row.body, row.type));
    ASSERT_FALSE(body) << row.body.substr(0, 40);
    EXPECT_EQ(body.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(body.error().message, HasSubstr(row.message)) << row.body.substr(0, 40);
  }
  EXPECT_TRUE(read_json_object(request(nested(63))));
}

TEST(ReadJsonObject, KeepsOddButValidText) {
  auto body = read_json_object(request(R"({"a": "\u0000\ud83d\ude00\u2028", "b": 123456789012345678901234567890})"));
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ((*body)["a"], std::string(1, '\0') + "\xF0\x9F\x98\x80\xE2\x80\xA8");
  EXPECT_TRUE((*body)["b"].is_number_float());
}

}  // namespace
}  // namespace chela::gateway
