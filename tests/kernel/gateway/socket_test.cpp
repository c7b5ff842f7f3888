// What a WebSocket's client makes the gateway hold. What is said there, and how, is in tests/e2e and tests/hostile.

#include "kernel/gateway/socket.hpp"

#include <gmock/gmock.h>

#include "kernel/core/net/websocket_codec.hpp"
#include "tests/kernel/gateway/gateway_fixture.hpp"

namespace chela::gateway {
namespace {

class SocketTest : public GatewayTest {
 protected:
  std::unique_ptr<net::RawClient> connect(std::string_view query = "") {
    auto client = std::make_unique<net::RawClient>(loop, server->port());
    client->send(fmt::format("GET /ws{} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
                             query));
    EXPECT_NE(client->read_until("\r\n\r\n").find(" 101 "), std::string::npos);
    return client;
  }
  static void say(net::RawClient& client, std::string_view text) {
    std::string frame;
    net::append_frame(frame, net::WebSocketRole::client, net::Opcode::text, text);
    client.send(frame);
  }
};

TEST_F(SocketTest, AClientThatSaysNothingHoldsNoSession) {
  auto client = connect();
  say(*client, R"({"type":"heartbeat"})");
  say(*client, R"({"type":"stop"})");
  say(*client, R"({"type":"attach","sessionId":"no id"})");
  EXPECT_NE(client->read_until("}").find("a session id is"), std::string::npos);
  EXPECT_EQ(sessions->open_count(), 0u);
  say(*client, R"({"type":"hello"})");
  EXPECT_NE(client->read_until("}").find(R"("type":"attached")"), std::string::npos);
  EXPECT_EQ(sessions->open_count(), 1u);
}

TEST_F(SocketTest, TheFirstMessageMakesTheSessionThatTheNextOnesGoTo) {
  script = {says({"one"}), says({"two"})};
  auto client = connect();
  say(*client, "first");
  client->read_until("one");
  say(*client, "second");
  client->read_until("two");
  EXPECT_EQ(sessions->open_count(), 1u);
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[1]["messages"].size(), 4u) << "system, first, one, second";
}

TEST_F(SocketTest, AClientThatNamesASessionInItsFirstMessageHasNoOther) {
  script = {says({"here"})};
  auto client = connect();
  say(*client, R"({"type":"user_message","text":"where?","sessionId":"there"})");
  client->read_until(R"("typing_stop")");
  EXPECT_TRUE(sessions->find_open("there"));
  EXPECT_EQ(sessions->open_count(), 1u);
}

TEST_F(SocketTest, WhatIsSaidBeforeANamedSessionIsOpenIsHeard) {
  constexpr int kMessages = 30;
  std::string frames;
  for (int i = 1; i <= kMessages; ++i) {
    script.push_back(says({fmt::format("answer {};", i)}));
    net::append_frame(frames, net::WebSocketRole::client, net::Opcode::text, "soon");
  }
  net::RawClient client(loop, server->port());
  client.send("GET /ws?session=s1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" + frames);
  client.send(frames.substr(0, frames.size() / kMessages));  // perhaps not read before the session is open
  script.push_back(says({"the last"}));
  EXPECT_THAT(client.read_until("the last"), testing::HasSubstr("answer 30;"));
  EXPECT_TRUE(sessions->find_open("s1"));
}

}  // namespace
}  // namespace chela::gateway
