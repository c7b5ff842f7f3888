#include "plugins/providers/demo/wish.hpp"

#include <gtest/gtest.h>

namespace chela::providers::demo {
namespace {

std::string told(std::string_view asked) {
  static const char* const names[] = {"chat", "greeting", "thanks", "abilities", "connect",
                                      "time", "list",     "read",   "write"};
  const WishDetails details = wish_of(asked);
  std::string line = names[static_cast<int>(details.wish)];
  for (const std::string& part : {details.path, details.content, details.time_zone}) {
    if (!part.empty()) line += "|" + part;
  }
  return line;
}

TEST(Wish, IsGuessedFromAFewWords) {
  const std::pair<const char*, const char*> table[] = {
      {"", "greeting"},
      {"Hello!", "greeting"},
      {"good morning", "greeting"},
      {"this is it", "chat"},  // no "hi" within a word
      {"Thanks a lot", "thanks"},
      {"What can you do?", "abilities"},
      {"help", "abilities"},
      {"How do I connect a model?", "connect"},
      {"where do I put my API key", "connect"},
      {"What time is it?", "time"},
      {"what's the time in New York right now?", "time|America/New_York"},
      {"tell me the date in Asia/Kathmandu", "time|Asia/Kathmandu"},
      {"I had a great time", "chat"},
      {"List my files", "list"},
      {"which files are in src/?", "list|src/"},
      {"show notes/", "list|notes/"},
      {"ls", "list"},
      {"What is in my workspace", "list"},
      {"Please read the file notes.txt", "read|notes.txt"},
      {"Read notes/demo.md.", "read|notes/demo.md"},
      {"summarise README", "read|README"},
      {"show me `my file.txt`", "read|my file.txt"},
      {"What is 3.5 times 2?", "chat"},
      {"Write a note: buy bread", "write|buy bread"},
      {"write hello world to notes/a.txt", "write|notes/a.txt|hello world"},
      {"Create a file todo.txt saying call Ada", "write|todo.txt|call Ada"},
      {"save \"x = 1\" in a.py", "write|a.py|x = 1"},
      {"Remember that the key is under the mat", "write|the key is under the mat"},
      {"remember to water the plants", "write|water the plants"},
      {"write a poem", "chat"},
      {"Explain https://example.com/a.txt to me", "chat"},
      {"{\"type\":\"weather\",\"city\":\"Oslo\"}", "chat"},
      {"\xE4\xBD\xA0\xE5\xA5\xBD", "chat"},
      {"it's Ada's file", "chat"},
  };
  for (const auto& [asked, expected] : table) EXPECT_EQ(told(asked), expected) << asked;
}

TEST(Wish, SurvivesAnyBytes) {
  const std::string_view bytes = "aw \"`'./:~\n\xC3\xFFread";
  for (std::size_t length = 0; length < 60; ++length) {
    for (std::size_t seed = 0; seed < 200; ++seed) {
      std::string text;
      for (std::size_t i = 0; i < length; ++i) text += bytes[(seed * 31 + i * i * 7 + i) % bytes.size()];
      wish_of(text);
    }
  }
  wish_of(std::string(100000, '"'));
}

}  // namespace
}  // namespace chela::providers::demo
