#include "kernel/runtime/skills/scan/literals.hpp"

#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "kernel/core/base/text.hpp"

namespace chela::runtime::skills::scan {
namespace {

using Found = std::vector<std::pair<std::uint16_t, std::size_t>>;

Found search(const std::vector<Literals::Entry>& entries, std::string_view text) {
  Found found;
  Literals(entries).search(text, [&](std::uint16_t owner, std::size_t end) { found.emplace_back(owner, end); });
  return found;
}

TEST(Literals, FindsAllThatEndAtOnePlaceAndIgnoresCase) {
  std::vector<Literals::Entry> entries{{"hers", 0}, {"he", 1}, {"she", 2}};
  EXPECT_EQ(search(entries, "uSHErs"), (Found{{2, 4}, {1, 4}, {0, 6}}));
  EXPECT_EQ(search(entries, ""), Found{});
  EXPECT_EQ(search(entries, "hhhh"), Found{});
}

TEST(Literals, AgreesWithAPlainSearchOnMadeUpTexts) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    auto word = [&](std::size_t length) {
      std::string text;
      for (std::size_t i = 0; i < length; ++i) text += "abAB"[random() % 4];
      return text;
    };
    std::vector<std::string> words;
    for (int i = 0; i < 6; ++i) words.push_back(to_lower(word(1 + random() % 4)));
    std::vector<Literals::Entry> entries;
    for (std::uint16_t i = 0; i < words.size(); ++i) entries.push_back({words[i], i});
    auto text = word(40);
    std::size_t expected = 0;
    for (const auto& each : words) {
      auto lower = to_lower(text);
      for (auto at = lower.find(each); at != std::string::npos; at = lower.find(each, at + 1)) ++expected;
    }
    EXPECT_EQ(search(entries, text).size(), expected) << text;
  }
}

}  // namespace
}  // namespace chela::runtime::skills::scan
