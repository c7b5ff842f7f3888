#include "kernel/core/config/json5.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace chela::config {
namespace {

std::string parsed(std::string_view text) {
  auto value = parse_json5(text);
  if (value) return value->dump();
  return fmt::format("{}:{} {}", value.error().at.line, value.error().at.column, value.error().message);
}

TEST(Json5, ReadsWhatTheStandardAllows) {
  const std::pair<std::string_view, std::string_view> kTable[] = {
      {"{}", "{}"},
      {"[]", "[]"},
      {" \t\v\f\xC2\xA0\xEF\xBB\xBF\xE2\x80\xA8\xE2\x80\xA9\xE3\x80\x80 null ", "null"},
      {"// a\n/* b **/ true // c", "true"},
      {"{a: 1, 'b': 2, \"c\": 3,}", R"({"a":1,"b":2,"c":3})"},
      {"{$_: 1, \xC3\xA4\xC3\xB6: 2, \\u0061b: 3, a\xE2\x80\x8C: 4, true: 5}",
       "{\"$_\":1,\"ab\":3,\"a\xE2\x80\x8C\":4,\"true\":5,\"\xC3\xA4\xC3\xB6\":2}"},
      {"[1, 2,]", "[1,2]"},
      {"[0, -0, +1, .5, 5., -.25, 1e3, 1E-2, 0x1F, -0XaB]", "[0,-0.0,1,0.5,5,-0.25,1000,0.01,31,-171]"},
      {"[9223372036854775807, -9223372036854775808, 18446744073709551615]",
       "[9223372036854775807,-9223372036854775808,18446744073709551615]"},
      {"[18446744073709551616, 0xFFFFFFFFFFFFFFFFF, 1e-999]", "[1.8446744073709552e+19,2.9514790517935283e+20,0]"},
      {R"(["\b\f\n\r\t\v\0\x41\u00e9\ud83e\udd80\'\"\\\/\a"])",
       "[\"\\b\\f\\n\\r\\t\\u000b\\u0000A\xC3\xA9\xF0\x9F\xA6\x80'\\\"\\\\/a\"]"},
      {"'one \\\ntwo \\\r\nthree \\\rfour \\\xE2\x80\xA8 five'", R"("one two three four  five")"},
      {"'a\"b' ", R"("a\"b")"},
      {"\"\xE2\x80\xA8\"", "\"\xE2\x80\xA8\""},
      {"{__proto__: 1}", R"({"__proto__":1})"},
  };
  for (auto [text, json] : kTable) EXPECT_EQ(parsed(text), json) << text;
  EXPECT_TRUE(std::isnan(parse_json5("-NaN")->get<double>()));
  EXPECT_EQ(parse_json5("-Infinity")->get<double>(), -INFINITY);
  EXPECT_EQ(parse_json5("1e999")->get<double>(), INFINITY);
}

TEST(Json5, RefusesEverythingElseAndSaysWhere) {
  const std::pair<std::string_view, std::string_view> kTable[] = {
      {"", "1:1 expected a value, found the end of the text"},
      {"{a: 1, b: 2, a: 3}", "1:14 the key \"a\" stands here and at 1:2; keep one of them"},
      {"{\n  \xC3\xA4: 1\n  b: 2}", "3:3 expected \",\" or \"}\", found \"b\""},
      {"{a 1}", "1:4 expected \":\" after the key, found \"1\""},
      {"{a: 1", "1:6 expected \",\" or \"}\", found the end of the text"},
      {"{,}", "1:2 expected a key or \"}\", found \",\""},
      {"{1: 2}", "1:2 expected a key or \"}\", found \"1\""},
      {"[1,,2]", "1:4 expected a value, found \",\""},
      {"[1 2]", "1:4 expected \",\" or \"]\", found \"2\""},
      {"1 2", "1:3 expected the end of the text, found \"2\""},
      {"/* a", "1:1 this comment is never closed by */"},
      {"'a", "1:1 this text is never closed by '"},
      {"'a\nb'", "1:3 the line ends inside a text; end the line with \\ to go on"},
      {"'\\1'", "1:2 \\1 is no escape"},
      {"'\\01'", "1:2 octal escapes are not JSON5"},
      {"'\\x4'", "1:4 the escape wants 2 hexadecimal digits"},
      {"'\\u12g4'", "1:4 the escape wants 4 hexadecimal digits"},
      {"'\\ud800'", "1:2 half of a surrogate pair is no character"},
      {"010", "1:1 a number may not start with 0; write octal values as 0x…"},
      {"0x", "1:3 expected a hexadecimal digit, found the end of the text"},
      {"1e+", "1:4 expected a digit of the exponent, found the end of the text"},
      {".", "1:2 expected a digit, found the end of the text"},
      {"+ 1", "1:2 expected a digit, found the character U+0020"},
      {"12px", "1:3 expected the end of the number, found \"p\""},
      {"yes", "1:1 yes is no value; put quotes around a text"},
      {"tru\\u0065", "1:1 true is no value; put quotes around a text"},
      {"{\\u0031a: 1}", "1:2 the escaped character may not stand in a name without quotes"},
      {"{a\\x41: 1}", "1:3 a name may hold only \\u escapes"},
      {"[\"a\xFF\"]", "1:4 a byte here is no UTF-8"},
      {std::string_view("\0", 1), "1:1 expected a value, found the character U+0000"},
  };
  for (auto [text, message] : kTable) EXPECT_EQ(parsed(text), message) << text;
}

TEST(Json5, HasLimits) {
  EXPECT_EQ(parsed(std::string((1 << 20) + 1, ' ')), "1:1 the text is larger than 1048576 bytes");
  EXPECT_EQ(parsed(std::string(64, '[') + std::string(64, ']')), std::string(64, '[') + std::string(64, ']'));
  EXPECT_EQ(parsed(std::string(100'000, '[')), "1:66 nested more than 64 deep");
  std::string many = "[";
  for (int i = 0; i < 100'000; ++i) many += "1,";
  EXPECT_EQ(parsed(many + "]"), "1:200000 more than 100000 values");
}

TEST(Json5, SurvivesEveryPrefixAndEveryChangedByte) {
  std::string text = "{a: [1, -0x2f, .5e-3, +Infinity], 'b\\u0041\\\n': \"c\", /* d */ e: {f: null}} // g";
  for (std::size_t length = 0; length <= text.size(); ++length) parsed(text.substr(0, length));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      SourceMap map;
      auto value = parse_json5(changed, &map);
      if (!value) EXPECT_GT(value.error().at.line, 0u);
    }
  }
}

TEST(Json5, RemembersWhereEverythingStands) {
  std::string_view text = "{\n  gateway: {\n    \"port\": 18789,  // here\n  },\n  \xC3\xA4: 0, list: [10, {x: 1}],\n}";
  SourceMap map;
  ASSERT_TRUE(parse_json5(text, &map));
  EXPECT_EQ(map.position_of(*Path::parse("gateway.port")), (Position{3, 5}));
  EXPECT_EQ(map.position_of(*Path::parse("gateway.absent.deeper")), (Position{2, 3}));
  EXPECT_EQ(map.position_of(*Path::parse("list[1].x")), (Position{5, 21}));
  const SourceNode* port = map.find(*Path::parse("gateway.port"));
  ASSERT_NE(port, nullptr);
  EXPECT_EQ(text.substr(port->span.begin, 6), "\"port\"");
  EXPECT_EQ(text.substr(port->span.value_begin, port->span.value_end - port->span.value_begin), "18789");
  EXPECT_EQ(map.find(*Path::parse("gateway.absent")), nullptr);
  EXPECT_EQ(map.find(*Path::parse("list[2]")), nullptr);
}

TEST(Json5, KnowsWhichKeysNeedNoQuotes) {
  for (auto key : {"port", "$x", "_", "a1", "\xC3\xA4"}) EXPECT_TRUE(is_json5_identifier(key)) << key;
  for (auto key : {"", "1a", "a-b", "a.b", "a b", "\\u0041", "\xFF"}) EXPECT_FALSE(is_json5_identifier(key)) << key;
}

}  // namespace
}  // namespace chela::config
