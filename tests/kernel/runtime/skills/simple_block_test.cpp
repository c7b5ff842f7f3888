#include "kernel/runtime/skills/simple_block.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>

namespace chela::runtime::skills {
namespace {

std::string text_of(const Fields& fields) {
  std::string out;
  for (const auto& [key, value] : fields.all()) out += key + " = " + value + "|\n";
  return out;
}

// What the fast way says of the block is what the long one says. Whether it said anything.
bool agrees(const std::string& block) {
  auto simple = read_simple_block(block);
  if (!simple) return false;
  auto whole = read_yaml_block(block);
  EXPECT_TRUE(whole) << "only the fast way takes:\n" << block << "\n" << (whole ? "" : whole.error().code);
  if (whole) EXPECT_EQ(text_of(*simple), text_of(*whole)) << block;
  return true;
}

TEST(SimpleBlock, TakesWhatMostSkillsHave) {
  for (const char* block : {
           "name: a\ndescription: Some words, (more) of them; and a URL http://x.y/z#part.",
           "name: a-b_c\n\n# a comment: with colon\ndescription: \"quoted: text # here\"\nversion: 1.10\n",
           "name: 'x'\ndescription: d\nempty:\nlist: [a, b c, \"d\", 'e', 1, true]\nnone: []",
           "metadata: {\"openclaw\":{\"emoji\":\"\xF0\x9F\x8E\xB5\",\"requires\":{\"bins\":[\"a\",\"b\"]},\"n\":[1, 20],\"t\":true}}",
           "description: >\n  folded text\n  goes on: here # and here\nname: n",
           "description: |-\n    kept\n    lines\n\n\nname: n",
           "tags:\n  - one\n  - \"two: 2\"\n  - 3\nname: n",
           "tags:\n- one\n- two\n# comment\nname: n",
           "description: goes on\n  over lines\n\n  - and empty ones\nname: n",
           "description: 'it''s quoted\n\n  and goes on.\n\n  '\nname: n",
           "description: \"say \\\"hello\\\" \\u2014 twice\\n\"",
           "metadata:\n  author: x\n  version: \"1.0\"\n  none:\n  tags: [a, b]\nname: n",
           "metadata:\n  openclaw:\n    requires:\n      bins:\n        - a\n        - b\n      env:\n      - C\n    os: [linux]",
           "metadata:\n  {\n    \"openclaw\":\n      {\n        \"bins\": [\"a\",],\n      },\n  }\nname: n",
           "metadata: {\n  \"a\": 1\n}\nname: n",
           "a: true\nb: false\nc: 0x1F\nd: 007\ne: 1e3\nf: .5\ng: yes\nh: 2024-01-01\ni: 1.2.3",
           "name: \xE5\x90\x8D\xE5\x89\x8D\ndescription: \xEF\xBC\x88\xE8\xAF\xB4\xE6\x98\x8E\xEF\xBC\x89",
       }) {
    EXPECT_TRUE(agrees(block)) << block;
  }
}

TEST(SimpleBlock, LeavesTheRestToYaml) {
  for (const char* block : {
           "",
           "# nothing",
           "name: a: b",
           "name: a #c",
           "name: a:",
           "name: ~",
           "name: null",
           "name: a\n  b: c",
           "name: 'a\nb'",
           "a: {\"b\":\n \"c\"}",
           "a:\n  {\"b\": 1\n,\"c\": 2}",
           "a:\n  b: c\n    d",
           "a:\n  b: c\n   d: e",
           "a:\n  b: c\n  b: d",
           "a:\n    b: c\n  d: e",
           "a:\n  - b: c",
           "name: a\nname: b",
           "name: \"a\\x41\"",
           "name: \"\\uD83D\"",
           "name: *a",
           "name: &a b",
           "name: !!str 1",
           "name: @a",
           "name: - a",
           "name:\tb",
           "name:b",
           "null: a",
           "a:\n  b: {c: d}",
           "a: {b: c}",
           "a: {}",
           "a: {\"b\":1,\"b\":2}",
           "a: {\"b\":\"\\u0041\"}",
           "a: [b: c]",
           "a: [[b]]",
           "a: [b,]",
           "a: >\n  b\n   c",
           "a: >\n  b\n\n  c",
           "a: >\nb: c",
           "a: |2\n  b",
           "a:\n  - b\n - c",
           "a: \xC2\x85",
           "a: b\xE2\x80\xA8",
           "---\na: b",
           "a: b\n...\n",
           "- a",
       }) {
    EXPECT_FALSE(agrees(block)) << block;
  }
}

// Blocks of pieces that mean something to one of the parsers, thrown together.
TEST(SimpleBlock, NeverDisagreesWithYaml) {
  constexpr auto kPieces = std::to_array<std::string_view>(
      {"name",   "description", "metadata", "tags",  "true", "null", "1.0", "a",    "b c",  "\xE4\xB8\xAD", "\xC2\xA0",
       ": ",     ":",           ": ",       ":\n",   "\n",   "\n",   "\n",  "\n\n", "\n  ", "\n- ",         "\n  - ",
       " #",     "#",           "\"",       "\"x\"", "'",    "'y'",  "{",   "}",    "{\"k\":1}", "{\"k\":{\"l\":[1,\"m\"]}}",
       "[",      "]",           "[p, q]",   ", ",    ",",    "|",    ">",   ">-\n  ", "|\n  ", " ", "  ", "-", "?", "!",
       "&",      "*",           "%",        "@",     "`",    ".",    "/",   "(x)",  "\xEF\xBC\x8C", "=", "~", "\\", "key_2", "0x1F",
       ".inf",   "---",         "...",
       "\n    ", "\n  k: ", "\n  l:\n    ", "''", "\\n", "\\\"", "\\u2014", ",\n ", "{\n  ", "\n}", "\n\n  "});
  std::mt19937 random(20261122);  // NOLINT: the same blocks in each run
  auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  std::size_t taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string block;
    for (auto lines = below(4) + 1; lines > 0; --lines) {
      block += std::string(kPieces[below(4)]) + (below(3) > 0 ? "" : std::to_string(lines)) + ": ";
      for (auto pieces = below(5) + 1; pieces > 0; --pieces) block += kPieces[below(kPieces.size())];
      block += '\n';
    }
    taken += agrees(block) ? 1 : 0;
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(taken, 15'000u) << "the pieces test little";
}

}  // namespace
}  // namespace chela::runtime::skills
