// Upstream's verdict on 150 inputs, one of each kind that has been seen to matter.

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/inspect.hpp"
#include "tests/paths.hpp"

namespace chela::runtime::skills {
namespace {

using Json = nlohmann::json;

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Codes of refused frontmatter count, the words behind them are upstream's.
std::string verdict_of(const Json& error) {
  auto message = error.value("message", "");
  if (!message.starts_with("invalid frontmatter: ")) return error.value("kind", "") + ": " + message;
  return error.value("kind", "") + ": " + message.substr(0, message.find(':', message.find(':') + 1));
}

TEST(SkillVectors, EveryInputIsReadAsUpstreamReadsIt) {
  auto lines = lines_of(source_dir() / "tests/kernel/runtime/skills/edge_cases.jsonl");
  ASSERT_EQ(lines.size(), 150u);
  for (const auto& line : lines) {
    // A lone surrogate is no text for the JSON library: this one is compared as it is written.
    auto lone = line.find("\"double-lone-surrogate\"") != std::string::npos;
    auto vector = lone ? Json::parse(R"({"id": "double-lone-surrogate"})") : Json::parse(line);
    auto id = vector.value("id", "");
    SCOPED_TRACE(id);
    if (lone) {
      auto seen = inspect_text("---\nname: a\ndescription: \"\\ud83d x\"\n---\n# Body\n", id, {});
      EXPECT_NE(seen.find(R"("description":"\ud83d x")"), std::string::npos) << seen;
      continue;
    }
    auto bytes = vector.contains("input") ? vector["input"].get<std::string>()
                                          : from_base64(vector.value("input_base64", "")).value();
    auto seen = Json::parse(inspect_text(bytes, id, {}));
    const auto& wanted = vector["expect"];
    ASSERT_EQ(seen["ok"], wanted["ok"]) << seen.dump();
    if (!wanted["ok"].get<bool>()) {
      EXPECT_EQ(verdict_of(seen["error"]), verdict_of(wanted["error"]));
      continue;
    }
    for (const auto& [key, value] : wanted.items()) EXPECT_EQ(seen.value(key, Json()), value) << key;
  }
}

}  // namespace
}  // namespace chela::runtime::skills
