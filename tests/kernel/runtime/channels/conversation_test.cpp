#include "tests/kernel/runtime/channels/channels_fixture.hpp"

namespace chela::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using ConversationTest = ChannelsTest;

TEST_F(ConversationTest, CarriesAMessageInAndTheAnswerOut) {
  script = {says("Hi Ann")};
  KeptPieces sink;
  auto counts = take(message("hello"), sink);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_THAT(sink.lines, ElementsAre("typing", "final Hi Ann"));
  EXPECT_EQ(counts->final, 1u);
  EXPECT_THAT(given(), ElementsAre("user hello"));
  auto session = sessions->find_open("agent:main:chat:direct:ann");
  ASSERT_TRUE(session);
  EXPECT_EQ(session->summary().identity.channel, "chat");
  EXPECT_EQ(session->summary().identity.peer, "ann");
}

TEST_F(ConversationTest, AnswersTheSameMessageOnce) {
  script = {says("once"), says("twice")};
  KeptPieces sink;
  take(message("hello"), sink);
  auto again = take(message("hello"), sink);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->final, 0u);
  EXPECT_THAT(sink.lines, ElementsAre("typing", "final once"));
  EXPECT_EQ(channels->totals().duplicates, 1u);
}

TEST_F(ConversationTest, AnswersTwoAtOnceOneAfterTheOther) {
  KeptPieces sink;
  std::optional<Result<PieceCounts>> one, two;
  begin(message("first", "m1"), sink, one);
  begin(message("second", "m2"), sink, two);
  until_open();
  EXPECT_THAT(sink.lines, ElementsAre("typing"));
  script = {says("to the second")};
  auto* open = std::exchange(open_completion, nullptr);
  open->text(open, to_abi("to the first"));
  finish(open);
  run_until([&] { return one && two; });
  EXPECT_THAT(sink.lines, ElementsAre("typing", "final to the first", "typing", "final to the second"));
}

TEST_F(ConversationTest, GivesWhatWasSaidBeforeAToolItsOwnMessage) {
  script = {calls({{"c1", "echo", R"({"text":"x"})"}}, "Let me look."), says("Done.")};
  KeptPieces sink;
  auto counts = take(message("hello"), sink);
  EXPECT_THAT(sink.lines, ElementsAre("typing", "final Let me look.", "final Done."));
  style.tools = true;
  style.blocks = true;
  script = {calls({{"c2", "echo", R"({"text":"x"})"}}, "Let me look."), says("Done.")};
  KeptPieces other;
  counts = take(message("hello", "m2"), other);
  EXPECT_THAT(other.lines, ElementsAre("typing", "block Let me look.", R"(tool 🛠️ echo: {"text":"x"})", "final Done."));
  EXPECT_EQ(counts->tool + counts->block + counts->final, 3u);
}

TEST_F(ConversationTest, SendsLongAnswersInBlocksWhereThatIsWanted) {
  auto paragraph = std::string(900, 'a');
  style.blocks = true;
  script = {says(paragraph + "\n\nrest"), says(paragraph + "\n\nrest")};
  KeptPieces sink;
  take(message("hello"), sink);
  EXPECT_THAT(sink.lines, ElementsAre("typing", "block " + paragraph, "final rest"));
  KeptPieces whole;
  take(message("hello", "m2"), whole, {.no_blocks = true});
  EXPECT_THAT(whole.lines, ElementsAre("typing", "final " + paragraph + "\n\nrest"));
}

TEST_F(ConversationTest, ShowsWhatIsSaidSoFarToThoseWhoListen) {
  KeptPieces sink;
  std::optional<Result<PieceCounts>> done;
  begin(message("hello"), sink, done, {}, {.partial = true});
  until_open();
  open_completion->text(open_completion, to_abi("Good"));
  settle();
  open_completion->text(open_completion, to_abi(" mor"));  // too soon after the last one
  settle();
  advance(std::chrono::milliseconds(300));
  open_completion->text(open_completion, to_abi("ning"));
  settle();
  finish(std::exchange(open_completion, nullptr));
  run_until([&] { return done.has_value(); });
  EXPECT_THAT(sink.lines, ElementsAre("typing", "partial Good", "partial Good morning", "final Good morning"));
}

TEST_F(ConversationTest, StopsTheTurnWhenItsChannelIsGoneAndNoOther) {
  KeptPieces sink;
  std::optional<Result<PieceCounts>> done, other;
  CancelSource gone;
  begin(message("hello"), sink, done, gone.token());
  until_open();
  begin(message("and me", "m2"), sink, other);
  settle();
  open_completion->text(open_completion, to_abi("half an ans"));
  settle();
  script = {says("you too")};
  gone.cancel();
  run_until([&] { return done && other; });
  ASSERT_FALSE(*done);
  EXPECT_EQ(done->error().code, ErrorCode::cancelled);
  EXPECT_THAT(sink.lines, ElementsAre("typing", "typing", "final you too"));
  EXPECT_THAT(transcript(*sessions, "agent:main:chat:direct:ann").dump(), HasSubstr("half an ans"));
}

TEST_F(ConversationTest, SaysThatItFailedAndNotWhy) {
  script = {fails(CHELA_INVALID_ARGUMENT, "the key sk-123 is wrong")};
  KeptPieces sink;
  take(message("hello"), sink);
  ASSERT_EQ(sink.lines.size(), 2u);
  EXPECT_THAT(sink.lines[1], HasSubstr("went wrong"));
  EXPECT_THAT(sink.lines[1], testing::Not(HasSubstr("sk-123")));
}

TEST_F(ConversationTest, GoesOnWhenAPieceIsNotDelivered) {
  script = {says("Hi")};
  KeptPieces sink;
  sink.result = fail(ErrorCode::unavailable, "no network");
  EXPECT_TRUE(take(message("hello"), sink));
  EXPECT_EQ(channels->totals().delivered, 0u);
  EXPECT_THAT(log_lines->lines(), testing::Contains(HasSubstr("was not delivered: no network")));
}

TEST_F(ConversationTest, NamesPicturesThatNobodyLooksAt) {
  script = {says("Hi")};
  KeptPieces sink;
  auto with_image = message("hello");
  with_image.images = 1;
  take(with_image, sink);
  EXPECT_THAT(sink.lines.back(), HasSubstr("1 image was not looked at"));
}

TEST_F(ConversationTest, PutsNotesOfPluginsInFrontOfTheNextMessage) {
  ASSERT_TRUE(channels->notes().add("agent:main:chat:direct:ann", "chat", "Ann reacted"));
  EXPECT_EQ(*channels->notes().add("agent:main:chat:direct:ann", "chat", "Ann reacted"), false);
  script = {says("Hi"), says("Hi")};
  KeptPieces sink;
  take(message("hello"), sink);
  EXPECT_THAT(given(), ElementsAre("user [note of plugin chat: Ann reacted]\nhello"));
  take(message("again", "m2"), sink);
  EXPECT_EQ(given().back(), "user again");
}

TEST_F(ConversationTest, RefusesThoseWhoMayNotAndAllAtTheEnd) {
  settings = {{"dmPolicy", "allowlist"}, {"allowFrom", {"bob"}}};
  KeptPieces sink;
  auto refused = take(message("hello"), sink);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_TRUE(requests.empty());
  channels->refuse_new();
  auto late = take(message("hello"), sink);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace chela::runtime
