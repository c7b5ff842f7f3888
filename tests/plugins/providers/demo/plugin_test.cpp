// Conversations with the demonstration.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "chela/testing/fake_host.hpp"
#include "plugins/providers/demo/reply.hpp"
#include "tests/paths.hpp"

extern "C" const chela_entry chela_plugin_entry_demo;

namespace chela::providers::demo {
namespace {

using chela::testing::Answer;
using chela::testing::FakeHost;
using nlohmann::json;

const std::vector<std::string> kTools = {R"({"type":"function","function":{"name":"current_time"}})",
                                         R"({"type":"function","function":{"name":"list_files"}})",
                                         R"({"type":"function","function":{"name":"read_file"}})",
                                         R"({"type":"function","function":{"name":"write_file"}})"};

std::string user(const std::string& text) { return json{{"role", "user"}, {"content", text}}.dump(); }

class DemoTest : public ::testing::Test {
 protected:
  ~DemoTest() override { EXPECT_TRUE(host_.breaches().empty()) << host_.breaches().all().front(); }

  Answer ask(const std::vector<std::string>& messages, const std::vector<std::string>& tools = kTools,
             const char* options = "{}") {
    const auto completion = host_.complete("{}", "demo", messages, tools, options);
    for (int i = 0; i < 2000 && !completion->completed(); ++i) host_.advance(15);
    EXPECT_TRUE(completion->outcome().ok()) << completion->outcome().text;
    EXPECT_EQ(completion->outcome().text, completion->answer().tool_calls.empty() ? "stop" : "tool_calls");
    return completion->answer();
  }

  // The answer to `asked` after its tool answered `result`.
  std::string after_tool(const std::string& asked, const std::string& result) {
    const Answer call = ask({user(asked)});
    EXPECT_EQ(call.tool_calls.size(), 1u);
    if (call.tool_calls.size() != 1) return "";
    const auto& use = call.tool_calls[0];
    const json assistant = {
        {"role", "assistant"},
        {"content", call.text},
        {"tool_calls",
         {{{"id", use.id}, {"type", "function"}, {"function", {{"name", use.name}, {"arguments", use.arguments}}}}}}};
    const json tool = {{"role", "tool"}, {"tool_call_id", use.id}, {"content", result}};
    const Answer answer = ask({user(asked), assistant.dump(), tool.dump()});
    EXPECT_TRUE(answer.tool_calls.empty());
    return answer.text;
  }

  FakeHost host_{chela_plugin_entry_demo};
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(DemoTest, SaysWhatItIsAndHowToReplaceIt) {
  host_.up();
  for (const char* asked :
       {"Hello", "What can you do?", "How do I connect a model?", "Tell me a joke", "Thanks", "Write a poem"}) {
    EXPECT_TRUE(contains(ask({user(asked)}).text, "demonstration")) << asked;
  }
  const std::string connect = ask({user("How do I connect a model?")}).text;
  for (const char* part : {"MODEL_PROVIDER_KEY", "models: { providers", "Ollama", "```"})
    EXPECT_TRUE(contains(connect, part)) << part;
  // Once is enough.
  const std::string later = ask({user("Hello"), R"({"role":"assistant","content":"Hello"})", user("Thanks")}).text;
  EXPECT_FALSE(contains(later, "demonstration"));
}

TEST_F(DemoTest, StreamsAPiecePerTick) {
  host_.up();
  const auto completion = host_.complete("{}", "demo", {user("Hello")});
  std::size_t pieces = 0;
  std::string before;
  while (!completion->completed()) {
    host_.advance(15);
    const std::string now = completion->answer().text;
    EXPECT_LE(now.size() - before.size(), 20u);
    pieces += now != before;
    before = now;
  }
  EXPECT_GT(pieces, 20u);
  EXPECT_GT(completion->answer().input_tokens, 0u);
  EXPECT_GT(completion->answer().output_tokens, 20u);
  EXPECT_EQ(host_.timers().open(), 0u);
}

TEST_F(DemoTest, TellsTheTime) {
  host_.up();
  const Answer call = ask({user("What time is it in Tokyo?")});
  EXPECT_EQ(call.tool_calls[0].name, "current_time");
  EXPECT_EQ(call.tool_calls[0].arguments, R"({"time_zone":"Asia/Tokyo"})");
  EXPECT_EQ(
      after_tool(
          "What time is it?",
          R"({"local":"2026-07-30T14:03:05+02:00","utc":"2026-07-30T12:03:05Z","weekday":"Thursday","time_zone":"Europe/Berlin",)"
          R"("abbreviation":"CEST","daylight_saving":true})")
          .substr(0, 82),
      "It is **14:03** on **Thursday, 2026-07-30** in Europe/Berlin (CEST, UTC+02:00).\n\n*");
  EXPECT_TRUE(contains(after_tool("What time is it?", "five o'clock"), "five o'clock"));
  EXPECT_TRUE(contains(after_tool("What time is it?", R"({"local":1})"), R"({"local":1})"));
}

TEST_F(DemoTest, ListsReadsAndWrites) {
  host_.up();
  EXPECT_TRUE(contains(after_tool("List my files", "a.txt (1 byte)\nsub/\n"), "- `a.txt` (1 byte)\n- `sub/`\n"));
  EXPECT_TRUE(contains(after_tool("List my files", "[. is empty]"), "nothing in there yet"));
  EXPECT_TRUE(contains(after_tool("Please read the file notes.txt", "The heron nests in March.\n"),
                       "`notes.txt` says:\n\n```\nThe heron nests in March.\n```"));
  EXPECT_TRUE(contains(after_tool("Read a.md", "````\ncode\n````"), "`````\n````\ncode\n````\n`````"));
  const std::string long_file = after_tool("Read a.txt", std::string(5000, 'x'));
  EXPECT_TRUE(contains(long_file, "I leave the rest out"));
  EXPECT_LT(long_file.size(), 2500u);
  const Answer write = ask({user("Write a note: buy \"bread\"")});
  EXPECT_EQ(write.tool_calls[0].name, "write_file");
  EXPECT_EQ(json::parse(write.tool_calls[0].arguments),
            (json{{"path", "notes/demo.md"}, {"content", "bread\n"}, {"append", true}}));
  EXPECT_TRUE(contains(after_tool("Write a note: buy bread", "wrote 10 bytes to the new file notes/demo.md"),
                       "Done: wrote 10 bytes"));
  EXPECT_TRUE(contains(after_tool("Read nope.txt", "Error: nope.txt does not exist"), "did not work"));
}

TEST_F(DemoTest, CallsOnlyWhatIsOffered) {
  host_.up();
  const Answer none = ask({user("What time is it?")}, {});
  EXPECT_TRUE(none.tool_calls.empty());
  EXPECT_TRUE(contains(none.text, "not offered"));
  EXPECT_TRUE(ask({user("List my files")}, {kTools[0]}).tool_calls.empty());
  EXPECT_TRUE(ask({user("List my files")}, kTools, R"({"toolChoice":"none"})").tool_calls.empty());
}

TEST_F(DemoTest, IsDeterministicAndCallsAreTold) {
  host_.up(R"({"pieceDelayMs":0})");
  EXPECT_EQ(ask({user("List my files")}).text, ask({user("List my files")}).text);
  EXPECT_NE(ask({user("List my files")}).tool_calls[0].id, ask({user("List my files")}).tool_calls[0].id);
  EXPECT_EQ(host_.timers().open(), 0u);
}

TEST_F(DemoTest, CancelsAtEveryPiece) {
  host_.up();
  for (int ticks = 0; ticks < 40; ++ticks) {
    const auto completion = host_.complete("{}", "demo", {user("List my files")}, kTools);
    const auto other = host_.complete("{}", "demo", {user("Hello")}, kTools);
    for (int i = 0; i < ticks; ++i) host_.advance(15);
    const bool over = completion->completed();
    host_.cancel_completion(*completion);
    EXPECT_EQ(completion->outcome().status, over ? CHELA_OK : CHELA_CANCELLED);
    host_.advance(15);
    EXPECT_EQ(completion->completions(), 1);
    host_.cancel_completion(*other);
    EXPECT_EQ(other->completions(), 1);
  }
  const auto open = host_.complete("{}", "demo", {user("Hello")});
  host_.stop();
  EXPECT_EQ(open->outcome().status, CHELA_CANCELLED);
}

TEST_F(DemoTest, HoldsManyConversationsOnOneTimer) {
  host_.up();
  std::vector<std::shared_ptr<chela::testing::RecordedCompletion>> all;
  for (int i = 0; i < 2000; ++i) all.push_back(host_.complete("{}", "demo", {user("Thanks")}));
  EXPECT_EQ(host_.timers().open(), 1u);
  for (int i = 0; i < 200; ++i) host_.advance(15);
  for (const auto& completion : all) ASSERT_EQ(completion->outcome().text, "stop");
}

TEST_F(DemoTest, SurvivesOddMessages) {
  host_.up(R"({"pieceDelayMs":0})");
  for (const std::string message :
       {"", "{", "[]", "1", R"({"role":1})", R"({"role":"user"})", R"({"role":"user","content":null})",
        R"({"role":"user","content":[1,{"text":2}]})", R"({"role":"tool","content":"x"})",
        R"({"role":"assistant","tool_calls":[1,{"id":2,"function":3}]})"}) {
    EXPECT_FALSE(ask({message}).text.empty()) << message;
    EXPECT_FALSE(ask({user("List my files"), message}, {"{", "1", R"({"function":1})"}, "x").text.empty()) << message;
  }
  EXPECT_FALSE(ask({}).text.empty());
  EXPECT_TRUE(contains(ask({R"({"role":"user","content":[{"type":"text","text":"Hello"}]})"}).text, "Hello!"));
}

TEST_F(DemoTest, RefusesWrongConfiguration) {
  ASSERT_TRUE(host_.create().ok());
  EXPECT_FALSE(host_.configure(R"({"pieceDelayMs":10001})").ok());
  EXPECT_FALSE(host_.configure(R"({"pieceDelay":1})").ok());
}

TEST_F(DemoTest, ListsItsModel) {
  host_.up();
  EXPECT_EQ(host_.list_models("{}")->answer().text, R"([{"id":"demo"}])");
  const json manifest = json::parse(std::ifstream(chela::source_dir() / "plugins/providers/demo/chela.plugin.json"));
  EXPECT_EQ(manifest["id"], chela_plugin_entry_demo.plugin_id);
  EXPECT_EQ(manifest["version"], chela_plugin_entry_demo.plugin_version);
}

TEST(PieceLength, CutsBetweenCodePoints) {
  const std::string text =
      "Hello  w\xC3\xB6rld,\n\n\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80 "
      "supercalifragilistic";
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t length = piece_length(rest);
    ASSERT_GE(length, 1u);
    ASSERT_LE(length, 20u);
    rest.remove_prefix(length);
    ASSERT_TRUE(rest.empty() || (static_cast<unsigned char>(rest[0]) & 0xC0) != 0x80);
  }
}

}  // namespace
}  // namespace chela::providers::demo
