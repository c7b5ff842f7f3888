#include "kernel/runtime/channels/hooked_sink.hpp"

#include "tests/kernel/runtime/channels/channels_fixture.hpp"
#include "tests/kernel/runtime/hooks/hooks_fixture.hpp"

namespace chela::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HookedSinkTest : public HooksTest {
 protected:
  Result<void> deliver(Piece piece) {
    HookedSink hooked(sink, hooks ? &*hooks : nullptr, message, delivered);
    auto result = await(hooked.deliver(std::move(piece)));
    settle();
    return result;
  }

  InboundMessage message{.plugin_id = "chat", .channel = "chat", .peer = "ann", .service_id = "m1", .sender = "ann",
                         .session_key = "agent:main:chat:direct:ann", .text = "hello"};
  KeptPieces sink;
  std::uint64_t delivered = 0;
};

TEST_F(HookedSinkTest, PassesEverythingOnWhereNobodyListens) {
  EXPECT_TRUE(deliver({.kind = PieceKind::final, .text = "Hi"}));
  make();
  EXPECT_TRUE(deliver({.kind = PieceKind::partial, .text = "H"}));
  EXPECT_TRUE(deliver({.kind = PieceKind::final, .text = "Hi"}));
  EXPECT_THAT(sink.lines, ElementsAre("final Hi", "partial H", "final Hi"));
  EXPECT_EQ(delivered, 2u) << "a partial piece is no message";
}

TEST_F(HookedSinkTest, LetsPluginsChangeAMessage) {
  listener("one", R"(["reply_payload_sending", "message_sending", "message_sent"])", [](const HeardCall& call) -> json {
    if (call.point == "reply_payload_sending") return {{"payload", {{"text", "Hi!"}}}};
    if (call.point == "message_sending") return {{"content", call.event["content"].get<std::string>() + "!"}};
    return {};
  });
  make();
  EXPECT_TRUE(deliver({.kind = PieceKind::block, .text = "Hi"}));
  EXPECT_THAT(sink.lines, ElementsAre("block Hi!!"));
  run_until([&] { return heard.size() == 3; });
  EXPECT_EQ(heard[0].event["kind"], "block");
  EXPECT_EQ(heard[1].event["to"], "ann");
  EXPECT_EQ(heard[1].context["channelId"], "chat");
  EXPECT_EQ(heard[2].event["success"], true);
}

TEST_F(HookedSinkTest, LetsPluginsStopAMessage) {
  listener("one", R"(["message_sending"])", [](const HeardCall&) -> json { return {{"cancel", true}}; });
  make();
  EXPECT_TRUE(deliver({.kind = PieceKind::final, .text = "Hi"}));
  EXPECT_THAT(sink.lines, IsEmpty());
  EXPECT_EQ(delivered, 0u);
}

TEST_F(HookedSinkTest, TellsThatAMessageDidNotArrive) {
  listener("one", R"(["message_sent"])", [](const HeardCall&) -> json { return {}; });
  make();
  sink.result = fail(ErrorCode::unavailable, "no network");
  EXPECT_FALSE(deliver({.kind = PieceKind::final, .text = "Hi"}));
  run_until([&] { return heard.size() == 1; });
  EXPECT_EQ(heard[0].event["error"], "no network");
}

}  // namespace
}  // namespace chela::runtime
