#include "kernel/runtime/skills/yaml_value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

YamlValue number_value(double number) {
  return {.kind = YamlKind::number, .number = number, .text = {}, .items = {}, .pairs = {}};
}
YamlValue truth_value(bool truth) {
  return {.kind = YamlKind::boolean, .truth = truth, .text = {}, .items = {}, .pairs = {}};
}

std::optional<double> based_number(std::string_view digits, int base) {
  if (digits.empty()) return std::nullopt;
  double value = 0;
  for (char c : digits) {
    int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
    if (digit >= base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

// [-+]? digits with at most one point, and an exponent; at least one digit before the exponent.
std::optional<double> decimal_number(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
  bool negative = text.starts_with('-');
  std::size_t at = 0, digits = 0, points = 0;
  for (; at < rest.size() && (is_digit(rest[at]) || rest[at] == '.'); ++at) {
    is_digit(rest[at]) ? ++digits : ++points;
  }
  if (digits == 0 || points > 1) return std::nullopt;
  if (at < rest.size()) {
    if (rest[at] != 'e' && rest[at] != 'E') return std::nullopt;
    auto power = rest.substr(at + 1);
    if (power.starts_with('+') || power.starts_with('-')) power.remove_prefix(1);
    if (power.empty() || !std::ranges::all_of(power, is_digit)) return std::nullopt;
  }
  double value = 0;
  std::string plain(rest);  // from_chars knows no plus behind the e
  if (auto plus = plain.find('+'); plus != std::string::npos) plain.erase(plus, 1);
  auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error == std::errc::result_out_of_range) {
    bool tiny = plain.find("e-") != std::string::npos || plain.find("E-") != std::string::npos;
    value = tiny ? 0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

std::optional<double> special_number(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::numeric_limits<double>::quiet_NaN();
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text != ".inf" && text != ".Inf" && text != ".INF") return std::nullopt;
  return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

// An index of an array: JavaScript lists such properties first, by value.
std::optional<std::uint32_t> index_of(std::string_view key) {
  if (key.empty() || key.size() > 10 || (key.size() > 1 && key.front() == '0')) return std::nullopt;
  std::uint32_t value = 0;
  auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), value);
  if (error != std::errc{} || end != key.data() + key.size() || value == 0xFFFFFFFF) return std::nullopt;
  return value;
}

struct Property {
  std::string name;
  const YamlValue* value;
  std::optional<std::uint32_t> index;
  std::size_t order;  // in the file
};

std::vector<Property> properties_of(const YamlValue& map) {
  std::vector<Property> out;
  bool has_index = false;
  bool may_repeat =
      std::ranges::any_of(map.pairs, [](const YamlPair& pair) { return pair.key.kind != YamlKind::text; });
  for (const auto& pair : map.pairs) {
    auto name = key_text(pair.key);
    auto same = may_repeat ? std::ranges::find(out, name, &Property::name) : out.end();
    if (same != out.end()) {
      same->value = &pair.value;
      continue;
    }
    auto index = index_of(name);
    has_index = has_index || index.has_value();
    out.push_back({std::move(name), &pair.value, index, out.size()});
  }
  auto before = [](const Property& a, const Property& b) {
    if (a.index && b.index) return *a.index < *b.index;
    return a.index || b.index ? a.index.has_value() : a.order < b.order;
  };
  if (has_index) std::ranges::sort(out, before);
  return out;
}

}  // namespace

YamlValue plain_value(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return truth_value(true);
  if (text == "false" || text == "False" || text == "FALSE") return truth_value(false);
  if (is_digit(text.front()) || text.front() == '-' || text.front() == '+' || text.front() == '.') {
    if (text.starts_with("0o")) {
      if (auto value = based_number(text.substr(2), 8)) return number_value(*value);
    } else if (text.starts_with("0x")) {
      if (auto value = based_number(text.substr(2), 16)) return number_value(*value);
    } else if (auto special = special_number(text)) {
      return number_value(*special);
    } else if (auto decimal = decimal_number(text)) {
      return number_value(*decimal);
    }
  }
  return {.kind = YamlKind::text, .text = std::string(text), .items = {}, .pairs = {}};
}

std::string key_text(const YamlValue& key) {
  switch (key.kind) {
    case YamlKind::null:
      return {};
    case YamlKind::boolean:
      return key.truth ? "true" : "false";
    case YamlKind::number:
      return number_text(key.number);
    case YamlKind::text:
      return key.text;
    default:
      break;
  }
  std::string out;
  append_json(out, key);
  return out;
}

void append_json(std::string& out, const YamlValue& value) {
  switch (value.kind) {
    case YamlKind::null:
      out += "null";
      return;
    case YamlKind::boolean:
      out += value.truth ? "true" : "false";
      return;
    case YamlKind::number:
      out += std::isfinite(value.number) ? number_text(value.number) : "null";
      return;
    case YamlKind::text:
      append_json_text(out, value.text);
      return;
    case YamlKind::list:
      out += '[';
      for (const auto& item : value.items) {
        if (&item != value.items.data()) out += ',';
        append_json(out, item);
      }
      out += ']';
      return;
    case YamlKind::map:
      break;
  }
  out += '{';
  for (bool first = true; const auto& property : properties_of(value)) {
    if (!std::exchange(first, false)) out += ',';
    append_json_text(out, property.name);
    out += ':';
    append_json(out, *property.value);
  }
  out += '}';
}

}  // namespace chela::runtime::skills
