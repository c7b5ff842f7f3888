#include "kernel/core/net/response_writer.hpp"

#include <gtest/gtest.h>

namespace chela::net {
namespace {

std::string head(int status, const Headers& headers, const ResponseFrame& frame) {
  std::string out;
  auto written = write_head(out, status, headers, frame);
  EXPECT_EQ(written.has_value(), !out.empty());
  return out;
}

TEST(ResponseWriter, WritesHeads) {
  EXPECT_EQ(head(200, {{"X-A", "b"}}, {.content_length = 3, .date = "D"}),
            "HTTP/1.1 200 OK\r\nX-A: b\r\nDate: D\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(head(404, {}, {.content_length = 0, .keep_alive = false}),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(head(200, {}, {.chunked = true}), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(head(204, {}, {.content_length = 0}), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(head(304, {}, {.content_length = 5}), "HTTP/1.1 304 Not Modified\r\n\r\n");
}

TEST(ResponseWriter, RefusesWhatWouldSplitAResponse) {
  using namespace std::string_literals;
  const HeaderField bad[] = {{"X", "a\r\nY: b"},
                             {"X", "a\nb"},
                             {"X", "a\rb"},
                             {"", "a"},
                             {"X Y", "a"},
                             {"X:", "a"},
                             {"X\r\nY", "a"},
                             {"Content-Length", "3"},
                             {"transfer-encoding", "chunked"},
                             {"Connection", "close"},
                             {"Date", "now"}};
  for (const auto& field : bad) EXPECT_EQ(head(200, {field}, {}), "") << field.name;
  EXPECT_EQ(head(200, {{"X", std::string_view("a\0b", 3)}}, {}), "");
  for (int status : {0, 99, 100, 199, 600, -1}) EXPECT_EQ(head(status, {}, {}), "") << status;
}

TEST(ResponseWriter, WritesChunksAndDates) {
  std::string out;
  write_chunk(out, std::string(26, 'x'));
  write_chunk(out, "");
  write_last_chunk(out);
  EXPECT_EQ(out, "1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(http_date(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ResponseWriter, ErrorsBecomeJson) {
  auto response = error_response(403, Error{ErrorCode::denied, "no \xff"});
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body, "{\"error\":{\"code\":\"denied\",\"message\":\"no \xEF\xBF\xBD\"}}");
}

}  // namespace
}  // namespace chela::net
