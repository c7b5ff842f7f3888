#pragma once

// A YAML document as values of the core schema, and what can be wrong with one. Plain data.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chela::runtime::skills {

enum class YamlKind : std::uint8_t { null, boolean, number, text, list, map };

struct YamlPair;

struct YamlValue {
  YamlKind kind = YamlKind::null;
  bool truth = false;
  double number = 0;
  std::string text;
  std::vector<YamlValue> items;  // of a list
  std::vector<YamlPair> pairs;   // of a map, as they stand
};

struct YamlPair {
  YamlValue key;
  YamlValue value;
  std::size_t line = 0;    // of the key, from 0
  std::size_t column = 0;  // of the key, in characters from 0
};

struct YamlProblem {
  std::string code;  // upstream's name for it: "BAD_INDENT"
  std::string message;
  std::size_t line = 0;  // where a repair is tried, from 0
  bool has_line = false;
};

// The value of a plain scalar: null, true, numbers as doubles (YAML 1.2, core schema).
YamlValue plain_value(std::string_view text);

std::string key_text(const YamlValue& key);                  // as a property name of JavaScript
void append_json(std::string& out, const YamlValue& value);  // JSON.stringify(value)

}  // namespace chela::runtime::skills
