#include "kernel/runtime/skills/frontmatter.hpp"

#include <gtest/gtest.h>

#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/safe_names.hpp"
#include "kernel/runtime/skills/yaml_reader.hpp"

namespace chela::runtime::skills {
namespace {

std::string code_of(const std::string& block) {
  auto read = read_frontmatter("---\n" + block + "\n---\n");
  return read ? "" : read.error().code;
}

TEST(SkillFrontmatter, WhatIsMadeToHurtIsRefused) {
  EXPECT_EQ(code_of("a: " + std::string(200, '[') + std::string(200, ']')), "YAML_EXCEPTION");
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    auto before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) bomb += "," + before;
    bomb += "]\n";
  }
  EXPECT_EQ(code_of(bomb), "YAML_EXCEPTION");
  EXPECT_EQ(code_of("a: &x [*x]"), "YAML_EXCEPTION");
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "k" + std::to_string(i) + ": v\n";
  EXPECT_EQ(code_of(many), "YAML_EXCEPTION");
}

TEST(SkillFrontmatter, CodesAreThoseOfUpstreamsParser) {
  const std::pair<const char*, const char*> cases[] = {{"a: [x\nb: c", "BAD_INDENT"},
                                                       {"a: {b: c,\nd: e}", "BAD_INDENT"},
                                                       {"a: {b: [\n]}", "BAD_INDENT"},
                                                       {"a: {b: c\n}", ""},
                                                       {"a: 'x\nb: c", "MISSING_CHAR"},
                                                       {"a: b\nfoo", "MISSING_CHAR"},
                                                       {"a: b\nfoo\nc: d", "MULTILINE_IMPLICIT_KEY"},
                                                       {"a: |\n\tx", "BAD_INDENT"},
                                                       {"a: [b,,c]", "UNEXPECTED_TOKEN"},
                                                       {"a: ,b", "BAD_SCALAR_START"},
                                                       {"a: !foo!bar y", "TAG_RESOLVE_FAILED"},
                                                       {"a: &b &c d", "MULTIPLE_ANCHORS"},
                                                       {"a: &x; b\nc: *x;", ""},
                                                       {"a: *x;", "YAML_EXCEPTION"},
                                                       {"a: &", "BAD_ALIAS"},
                                                       {"a: {\"b\"c}", "MISSING_CHAR"},
                                                       {"a: b\n  c: d", "BLOCK_AS_IMPLICIT_KEY"},
                                                       {"foo\na: b", "MULTILINE_IMPLICIT_KEY"}};
  for (const auto& [block, code] : cases) EXPECT_EQ(code_of(block), code) << block;
}

TEST(SkillFrontmatter, NumbersAreThoseOfJavaScript) {
  const std::pair<const char*, const char*> cases[] = {{"1e21", "1e+21"},
                                                       {"123456789012345678901", "123456789012345680000"},
                                                       {"1e-7", "1e-7"},
                                                       {"0.000001", "0.000001"},
                                                       {"-0", "0"},
                                                       {"-12.50", "-12.5"},
                                                       {"1.7976931348623159e308", "Infinity"},
                                                       {"+.5e1", "5"},
                                                       {"1.5e-9", "1.5e-9"}};
  for (const auto& [written, read] : cases) EXPECT_EQ(key_text(plain_value(written)), read) << written;
  for (auto text : {"1_000", "0b1", "1.2.3", ".", "-", "1e", "0x", "12:30"})
    EXPECT_EQ(plain_value(text).kind, YamlKind::text) << text;
}

TEST(SkillFrontmatter, ObjectsAreWrittenAsJavaScriptWritesThem) {
  std::string out;
  append_json(out, read_yaml("{b: 1, 10: x, 2: [.inf, null, \"\\u0001\"]}").value());
  EXPECT_EQ(out, R"({"2":[null,null,"\u0001"],"10":"x","b":1})");
}

TEST(SkillFrontmatter, NamesSortAsPeopleSort) {
  for (auto [a, b] :
       {std::pair{"a", "B"}, {"a", "A"}, {"skill-10", "skill-2"}, {"a_b", "a-b"}, {"z", "é"}, {"ab", "abc"}}) {
    EXPECT_LT(compare_names(a, b), 0) << a << b;
    EXPECT_GT(compare_names(b, a), 0) << a << b;
  }
}

TEST(SkillInstall, OnlySafeNamesAreKept) {
  for (auto bad : {"../x", "-x", "a b", "a\\b", ""}) EXPECT_EQ(safe_formula(bad), "") << bad;
  for (auto bad : {"a@^1", "git+https://x", "@a", "a@1 || 2", "A", "file:x"})
    EXPECT_EQ(safe_node_package(bad), "") << bad;
  EXPECT_EQ(safe_node_package("@a/b@1.2.3-rc.1+x"), "@a/b@1.2.3-rc.1+x");
  EXPECT_EQ(safe_download_url("HTTPS://Example.com:443/a/../b c"), "");
  EXPECT_EQ(safe_download_url("HTTPS://Example.com:443/a/../b?x=1"), "https://example.com/b?x=1");
  EXPECT_EQ(safe_download_url("file:///x"), "");
}

}  // namespace
}  // namespace chela::runtime::skills
