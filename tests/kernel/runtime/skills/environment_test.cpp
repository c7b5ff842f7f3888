#include "kernel/runtime/skills/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::runtime::skills {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Skill skill_of(const std::string& metadata) {
  return read_skill("---\nname: a\ndescription: d\nmetadata: " + metadata + "\n---\n", "x").value().skill;
}

RunEnvironment environment_of(const Skill& skill, const json& entry) {
  json entries = {{"a", entry}};
  RunEnvironment out;
  add_variables(skill, {.entries = &entries, .is_set = [](const std::string& name) { return name == "OUTSIDE"; }, .resolve = {}}, out);
  return out;
}

TEST(SkillEnvironment, TheKeyGoesIntoTheVariableThatTheSkillNames) {
  auto skill = skill_of(R"({"openclaw":{"primaryEnv":"ACME_API_KEY"}})");
  EXPECT_THAT(environment_of(skill, {{"apiKey", "k"}}).variables, ElementsAre(Pair("ACME_API_KEY", "k")));
  EXPECT_THAT(environment_of(skill, {{"apiKey", "k"}, {"env", {{"ACME_API_KEY", "own"}}}}).variables,
              ElementsAre(Pair("ACME_API_KEY", "own")));
  EXPECT_THAT(environment_of(skill, {{"apiKey", "k"}, {"enabled", false}}).variables, IsEmpty());
  EXPECT_THAT(environment_of(skill_of("{}"), {{"apiKey", "k"}}).variables, IsEmpty());
}

TEST(SkillEnvironment, WhatIsSetOutsideStays) {
  EXPECT_THAT(environment_of(skill_of("{}"), {{"env", {{"OUTSIDE", "x"}, {"INSIDE", "y"}, {"EMPTY", ""}}}}).variables,
              ElementsAre(Pair("INSIDE", "y")));
}

TEST(SkillEnvironment, VariablesThatChangeProgramsAreRefused) {
  for (const char* name : {"LD_PRELOAD", "ld_library_path", "DYLD_INSERT_LIBRARIES", "NODE_OPTIONS", "BASH_ENV",
                           "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT", "GIT_EXTERNAL_DIFF", "OPENSSL_CONF", "PYTHONPATH",
                           "PATH", "HOME", "HTTPS_PROXY", "NPM_CONFIG_REGISTRY", "CARGO_TARGET_X86_LINKER",
                           "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "CHELA_HOME", "_JAVA_OPTIONS", "ZDOTDIR"}) {
    EXPECT_TRUE(is_refused_variable(name)) << name;
  }
  for (const char* name : {"ACME_URL", "GIT_AUTHOR_NAME", "LDAP_HOST", "TZ", "LANG", "PATHS"}) {
    EXPECT_FALSE(is_refused_variable(name)) << name;
  }
  auto skill = skill_of(R"({"openclaw":{"primaryEnv":"LD_PRELOAD"}})");
  auto out = environment_of(skill, {{"apiKey", "/evil.so"}, {"env", {{"A B", "x"}}}});
  EXPECT_THAT(out.variables, IsEmpty());
  EXPECT_THAT(out.notes, ElementsAre(HasSubstr("A B is no name"), HasSubstr("LD_PRELOAD is refused")));
}

TEST(SkillEnvironment, SecretsAreOnlyForSkillsThatNameThem) {
  json entry = {{"env", {{"ACME_TOKEN", "t"}, {"OTHER_SECRET", "s"}}}};
  auto out = environment_of(skill_of(R"({"openclaw":{"requires":{"env":["ACME_TOKEN"]}}})"), entry);
  EXPECT_THAT(out.variables, ElementsAre(Pair("ACME_TOKEN", "t")));
  EXPECT_THAT(out.notes, ElementsAre(HasSubstr("OTHER_SECRET is refused")));
}

TEST(SkillEnvironment, OddValuesAreRefusedOrNoted) {
  json env = {{"ZERO", std::string("a\0b", 3)}, {"CODE", std::string(100, 'A')}, {"LONG", std::string(40'000, '-')}};
  auto out = environment_of(skill_of("{}"), {{"env", env}});
  EXPECT_THAT(out.variables, ElementsAre(Pair("CODE", testing::_), Pair("LONG", testing::_)));
  EXPECT_THAT(out.notes, ElementsAre(HasSubstr("CODE looks like a key"), HasSubstr("LONG has 40000 bytes"),
                                     HasSubstr("ZERO is refused")));
  for (const auto& note : out.notes) EXPECT_THAT(note, testing::Not(HasSubstr("AAAA")));
}

TEST(SkillEnvironment, ReferencesThatCannotBeResolvedAreNoted) {
  auto out = environment_of(skill_of("{}"), {{"env", {{"X", {{"source", "env"}, {"id", "GONE"}}}}}});
  EXPECT_THAT(out.variables, IsEmpty());
  EXPECT_THAT(out.notes, ElementsAre(HasSubstr("X cannot be had from env.X")));
}

}  // namespace
}  // namespace chela::runtime::skills
