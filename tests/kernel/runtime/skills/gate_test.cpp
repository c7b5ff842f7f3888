#include "kernel/runtime/skills/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::runtime::skills {
namespace {

using testing::ElementsAre;

Skill skill_of(const std::string& metadata, const std::string& name = "a") {
  auto loaded = read_skill("---\nname: " + name + "\ndescription: d\nmetadata: " + metadata + "\n---\n", "x");
  return loaded.value().skill;
}

std::vector<std::string> needs_of(const Skill& skill, const Surroundings& here) {
  std::vector<std::string> out;
  for (const auto& one : unmet_needs(skill, here)) out.push_back(std::string(name_of(one.need)) + ' ' + one.what);
  return out;
}

const std::string kEverything =
    R"({"openclaw":{"os":["darwin"],"primaryEnv":"KEY","requires":{"bins":["git","jq"],"anyBins":["p","q"],"env":["KEY","B"],"config":["a.b"]}}})";

TEST(SkillGate, NamesEachThingThatIsMissing) {
  auto skill = skill_of(kEverything);
  EXPECT_THAT(needs_of(skill, {}),
              ElementsAre("os darwin", "env KEY", "env B", "config a.b", "bin git", "bin jq", "anyBin p"));
  EXPECT_FALSE(is_eligible(skill, {}));
}

TEST(SkillGate, NeedsAreMetByTheMachineAndTheConfiguration) {
  auto config =
      nlohmann::json::parse(R"({"a":{"b":[]},"skills":{"entries":{"a":{"apiKey":{"source":"env"},"env":{"B":"1"}}}}})");
  Surroundings here{.platform = "darwin"};
  here.has_bin = [](const std::string& name) { return name == "git" || name == "q"; };
  here.has_remote_bin = [](const std::string& name) { return name == "jq"; };
  here.config = &config;
  EXPECT_THAT(needs_of(skill_of(kEverything), here), ElementsAre());
}

TEST(SkillGate, AlwaysPassesOverNeedsAndNotOverThePlatform) {
  auto skill = skill_of(R"({"openclaw":{"always":true,"requires":{"bins":["zzz"]}}})");
  EXPECT_TRUE(is_eligible(skill, {}));
  EXPECT_FALSE(is_eligible(skill_of(R"({"openclaw":{"always":true,"os":["win32"]}})"), {}));
  auto config = nlohmann::json::parse(R"({"skills":{"entries":{"a":{"enabled":false}}}})");
  Surroundings off{.config = &config};
  EXPECT_THAT(needs_of(skill, off), ElementsAre("enabled a"));
}

TEST(SkillGate, BundledSkillsPassTheListThatNamesThem) {
  auto config = nlohmann::json::parse(R"({"skills":{"allowBundled":[" b "]}})");
  Surroundings here{.config = &config};
  auto skill = skill_of("{}");
  EXPECT_TRUE(is_eligible(skill, here));
  skill.source = Source::bundled;
  EXPECT_THAT(needs_of(skill, here), ElementsAre("allowed a"));
  skill.name = "b";
  EXPECT_TRUE(is_eligible(skill, here));
}

TEST(SkillGate, PathsOfTheConfiguration) {
  auto config = nlohmann::json::parse(
      R"({"a":{"zero":0,"blank":" ","no":false,"none":null,"map":{}},"browser":{"enabled":false}})");
  for (auto unset : {"a.zero", "a.blank", "a.no", "a.none", "a.other", "b.c", "__proto__.x", "browser.enabled"}) {
    EXPECT_FALSE(is_set_in(&config, unset)) << unset;
  }
  for (auto set : {"a", "a..map", "browser.evaluateEnabled"}) EXPECT_TRUE(is_set_in(&config, set)) << set;
  EXPECT_TRUE(is_set_in(nullptr, "browser.enabled"));
}

TEST(SkillGate, LostGatesAreSaidAndRefuseWhereThatIsSet) {
  auto skill = skill_of("{openclaw: {requires: {bins: [zzz]}}}");
  EXPECT_TRUE(is_eligible(skill, {}));
  EXPECT_EQ(skill.notes.size(), 1u);
  EXPECT_THAT(needs_of(skill, {.lost_gates_refuse = true}), ElementsAre("readable metadata"));
}

TEST(SkillGate, WhatUpstreamIgnoresCountsWhereThatIsSet) {
  std::string text =
      "---\nname: a\ndescription: d\nmetadata: "
      "{\"moltbot\":{\"os\":[\"macos\"],\"requires\":{\"env\":[{\"name\":\"X\"}]}}}\n---\n";
  auto as_upstream = read_skill(text, "x").value().skill;
  EXPECT_EQ(as_upstream.manifest, nullptr);
  EXPECT_EQ(as_upstream.notes.size(), 1u);
  LoadSettings settings{.manifest = {.later_namespaces = true, .named_env = true, .platform_names = true}};
  auto better = read_skill(text, "x", settings).value().skill;
  EXPECT_THAT(better.manifest->os, ElementsAre("darwin"));
  EXPECT_THAT(better.manifest->needs->env, ElementsAre("X"));
  EXPECT_EQ(better.notes.size(), 3u);
}

TEST(SkillGate, AnAgentsOwnListReplacesTheDefaults) {
  auto config =
      nlohmann::json::parse(R"({"agents":{"defaults":{"skills":["a"]},"entries":{"x":{"skills":[]},"y":{}}}})");
  EXPECT_THAT(skills_of_agent(config, "x").value(), ElementsAre());
  EXPECT_THAT(skills_of_agent(config, "y").value(), ElementsAre("a"));
  EXPECT_THAT(skills_of_agent(config, "z").value(), ElementsAre("a"));
  EXPECT_FALSE(skills_of_agent(nlohmann::json::object(), "x"));
}

}  // namespace
}  // namespace chela::runtime::skills
