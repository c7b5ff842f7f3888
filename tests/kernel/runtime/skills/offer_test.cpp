#include "kernel/runtime/skills/offer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include "tests/kernel/runtime/skills/skill_folders.hpp"

namespace chela::runtime::skills {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

class SkillOffer : public testing::Test {
 protected:
  std::string reason(const std::string& name, std::string_view agent = "main") {
    auto offer = folders.skills.offer(agent);
    const auto* left_out = offer->find_left_out(name);
    return left_out ? left_out->reason() : "it is offered";
  }

  FakeClock clock;
  Loop loop{clock};
  SkillFolders folders{loop};
};

TEST_F(SkillOffer, HoldsWhatTheMachineAndTheConfigurationAllow) {
  folders.add("plain");
  folders.add("needs-key", "metadata: {\"openclaw\": {\"primaryEnv\": \"ACME_API_KEY\", \"requires\": {\"env\": [\"ACME_API_KEY\"]}}}\n");
  folders.add("needs-tool", "metadata: {\"openclaw\": {\"requires\": {\"bins\": [\"acme-cli\"]}}}\n");
  folders.add("needs-setting", "metadata: {\"openclaw\": {\"requires\": {\"config\": [\"channels.acme\"]}}}\n");
  folders.add("off");
  folders.config = {{"skills", {{"entries", {{"off", {{"enabled", false}}}}}}}};
  folders.read();
  EXPECT_THAT(names_of(*folders.skills.offer("main")), ElementsAre("plain"));
  EXPECT_THAT(reason("needs-key"), HasSubstr("ACME_API_KEY is not set"));
  EXPECT_THAT(reason("needs-tool"), HasSubstr("acme-cli is not on PATH"));
  EXPECT_THAT(reason("needs-setting"), HasSubstr("channels.acme is not set"));
  EXPECT_THAT(reason("off"), HasSubstr("switched off"));

  folders.config["channels"]["acme"] = {{"enabled", true}};
  folders.config["skills"]["entries"]["needs-key"]["apiKey"] = {{"source", "file"}, {"id", "KNOWN"}};
  folders.skills.forget();
  EXPECT_THAT(names_of(*folders.skills.offer("main")), ElementsAre("needs-key", "needs-setting", "plain"));
}

TEST_F(SkillOffer, ASecretThatCannotBeHadLeavesItsSkillOut) {
  folders.add("needs-key", "metadata: {\"openclaw\": {\"primaryEnv\": \"ACME_API_KEY\"}}\n");
  folders.config = {{"skills", {{"entries", {{"needs-key", {{"apiKey", {{"source", "file"}, {"id", "GONE"}}}}}}}}}};
  folders.read();
  EXPECT_THAT(names_of(*folders.skills.offer("main")), IsEmpty());
  EXPECT_THAT(reason("needs-key"), HasSubstr("secret cannot be read"));
  EXPECT_THAT(folders.warnings, ElementsAre("skills.entries.needs-key.apiKey: no such secret"));
}

TEST_F(SkillOffer, ListsOfAgentsReplaceThatOfTheDefaults) {
  for (const char* name : {"a", "b", "c"}) folders.add(name);
  folders.config = {{"agents",
                     {{"defaults", {{"skills", {"b"}}}},
                      {"entries", {{"writer", {{"skills", {" c ", "gone"}}}}, {"mute", {{"skills", json::array()}}}, {"free", {{"name", "x"}}}}}}}};
  folders.read();
  EXPECT_THAT(names_of(*folders.skills.offer("main")), ElementsAre("b"));
  EXPECT_THAT(names_of(*folders.skills.offer("free")), ElementsAre("b"));
  EXPECT_THAT(names_of(*folders.skills.offer("writer")), ElementsAre("c"));
  EXPECT_THAT(names_of(*folders.skills.offer("mute")), IsEmpty());
  EXPECT_THAT(names_of(*folders.skills.offer_of_all()), ElementsAre("a", "b", "c"));
  EXPECT_THAT(reason("a", "writer"), HasSubstr("list of skills does not name it"));
}

TEST_F(SkillOffer, WithheldOnesAreLeftOutWithTheReason) {
  folders.add("good");
  folders.add("evil");
  folders.withheld = "evil";
  folders.read();
  EXPECT_THAT(names_of(*folders.skills.offer("main")), ElementsAre("good"));
  EXPECT_THAT(names_of(*folders.skills.offer_of_all()), ElementsAre("good"));
  EXPECT_EQ(reason("evil"), "it hides a payload (SKILL.md:4)");
  EXPECT_THAT(folders.skills.offer("main")->progressive_section, Not(HasSubstr("evil")));
}

TEST_F(SkillOffer, TheSectionsAreInTheFormThatIsAskedFor) {
  folders.add("a");
  folders.add("hidden", "disable-model-invocation: true\n");
  folders.read();
  auto offer = folders.skills.offer("main");
  EXPECT_THAT(offer->upstream_section, testing::StartsWith("## Skills\nScan <available_skills>. Clear match: read exact"));
  EXPECT_THAT(offer->upstream_section, HasSubstr("<location>" + (folders.root / "a").string() + "/SKILL.md</location>"));
  EXPECT_THAT(offer->progressive_section, HasSubstr("<name>a</name>\n    <description>about a</description>\n  </skill>"));
  for (const auto& section : {offer->upstream_section, offer->progressive_section}) EXPECT_THAT(section, Not(HasSubstr("hidden")));
  EXPECT_NE(offer->find("hidden"), nullptr);

  folders.config = {{"skills", {{"prompt", "progressive"}}}};
  folders.skills.forget();
  EXPECT_EQ(folders.skills.offer("main")->upstream_section, "");
  folders.config = {{"skills", {{"prompt", "upstream"}}}};
  folders.skills.forget();
  EXPECT_EQ(folders.skills.offer("main")->progressive_section, "");
}

TEST_F(SkillOffer, IsMadeOnceUntilSomethingChanges) {
  folders.add("a");
  folders.read();
  auto first = folders.skills.offer("main", 200'000);
  EXPECT_EQ(folders.skills.offer("main", 1'000'000), first);
  EXPECT_EQ(folders.skills.offer("somebody else", 0), first);
  folders.add("b");
  folders.read();
  auto second = folders.skills.offer("main", 200'000);
  EXPECT_THAT(names_of(*second), ElementsAre("a", "b"));
  EXPECT_THAT(names_of(*first), ElementsAre("a"));  // whoever holds it still has it
  EXPECT_NE(first->version, second->version);
}

TEST_F(SkillOffer, SmallContextsGetShorterDescriptions) {
  auto description = "description: " + std::string(600, 'x');
  for (int i = 0; i < 10; ++i) {
    write_file(folders.root / std::to_string(i) / "SKILL.md", "---\nname: n" + std::to_string(i) + "\n" + description + "\n---\n");
  }
  folders.read();
  auto wide = folders.skills.offer("main");
  auto narrow = folders.skills.offer("main", 16'000);
  EXPECT_THAT(wide->upstream_section, HasSubstr(std::string(600, 'x')));
  EXPECT_THAT(narrow->upstream_section, Not(HasSubstr(std::string(221, 'x'))));
  EXPECT_THAT(narrow->upstream_section, HasSubstr(std::string(61, 'x') + "..."));
}

TEST_F(SkillOffer, CommandsAreThoseOfAllSkillsSoThatTheyAreTheSameForEveryAgent) {
  folders.add("Do-It");
  folders.add("do it");
  folders.add("help");
  folders.add("quiet", "user-invocable: false\n");
  folders.config = {{"agents", {{"entries", {{"writer", {{"skills", {"Do-It"}}}}}}}}};
  folders.skills.set_taken_commands({"help"});
  folders.read();
  std::map<std::string, std::string> commands;
  for (const auto& one : folders.skills.offer("main")->skills) commands[one.skill->name] = one.command;
  EXPECT_THAT(commands, ElementsAre(Pair("Do-It", "do_it_2"), Pair("do it", "do_it"), Pair("help", "help_2"), Pair("quiet", "")));
  EXPECT_EQ(folders.skills.offer("writer")->find("Do-It")->command, "do_it_2");
}

TEST_F(SkillOffer, AProgramThatIsInstalledLaterIsSeenAfterAWhile) {
  auto bin = folders.root / "bin";
  std::filesystem::create_directories(bin);
  folders.environment["PATH"] = bin.string();
  FakeClock later;
  Loop other{later};
  SkillFolders watched(other);
  watched.environment["PATH"] = bin.string();
  // PATH is taken when the skills are made: a fresh one.
  Skills skills(other, {.collection = [&] { return watched.collection; },
                        .config = [&]() -> const json& { return watched.config; },
                        .resolve_secret = {},
                        .variables = watched.environment,
                        .home = {},
                        .warn = {}});
  watched.add("needs-tool", "metadata: {\"openclaw\": {\"requires\": {\"bins\": [\"acme-cli\"]}}}\n");
  watched.read();
  EXPECT_TRUE(skills.offer("main")->empty());
  write_file(bin / "acme-cli", "#!/bin/sh\n");
  ::chmod((bin / "acme-cli").c_str(), 0755);
  EXPECT_TRUE(skills.offer("main")->empty());
  later.advance(std::chrono::seconds(30));
  EXPECT_THAT(names_of(*skills.offer("main")), ElementsAre("needs-tool"));

  watched.add("needs-more", "metadata: {\"openclaw\": {\"requires\": {\"bins\": [\"acme-more\"]}}}\n");
  watched.read();
  EXPECT_THAT(names_of(*skills.offer("main")), ElementsAre("needs-tool"));
  write_file(bin / "acme-more", "#!/bin/sh\n");
  ::chmod((bin / "acme-more").c_str(), 0755);
  skills.forget();
  EXPECT_THAT(names_of(*skills.offer("main")), ElementsAre("needs-more", "needs-tool"));
}

TEST_F(SkillOffer, MetadataThatCannotBeReadRefusesWhereThatIsWanted) {
  folders.add("lost", "metadata: {openclaw: {os: macos}}\n");
  folders.read();
  EXPECT_THAT(names_of(*folders.skills.offer("main")), ElementsAre("lost"));
  folders.config = {{"skills", {{"load", {{"requireReadableMetadata", true}}}}}};
  folders.skills.forget();
  EXPECT_THAT(names_of(*folders.skills.offer("main")), IsEmpty());
}

TEST_F(SkillOffer, TheEnvironmentIsThatOfItsSkillsAndNotTheProcesss) {
  folders.add("a", "metadata: {\"openclaw\": {\"primaryEnv\": \"ACME_API_KEY\"}}\n");
  folders.add("b");
  folders.config = {{"skills", {{"entries", {{"a", {{"apiKey", "k1"}, {"env", {{"ACME_URL", "http://a"}}}}}, {"b", {{"env", {{"B", "1"}}}}}}}}},
                    {"agents", {{"entries", {{"writer", {{"skills", {"b"}}}}}}}}};
  folders.read();
  EXPECT_THAT(folders.skills.offer("main")->environment.variables,
              ElementsAre(Pair("ACME_URL", "http://a"), Pair("ACME_API_KEY", "k1"), Pair("B", "1")));
  EXPECT_THAT(folders.skills.offer("writer")->environment.variables, ElementsAre(Pair("B", "1")));
  EXPECT_EQ(std::getenv("ACME_API_KEY"), nullptr);
}

}  // namespace
}  // namespace chela::runtime::skills
