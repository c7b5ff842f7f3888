#include "kernel/runtime/skills/needs/strict_names.hpp"

#include <algorithm>

#include "kernel/core/base/text.hpp"

namespace chela::runtime::skills::needs {
namespace {

constexpr std::size_t kLengthMax = 214;  // of an npm name; the others are shorter

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_alnum(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

bool is_of(std::string_view text, bool (*fits)(char), std::string_view others) {
  auto allowed = [&](char c) { return fits(c) || others.contains(c); };
  return !text.empty() && text.size() <= kLengthMax && std::ranges::all_of(text, allowed);
}

bool begins(std::string_view text, bool (*fits)(char)) {
  return !text.empty() && fits(text.front());
}

// `a..b` is a way up wherever a program takes a name for a path.
bool climbs(std::string_view text) {
  return text.contains("..");
}

}  // namespace

bool is_strict_formula(std::string_view name) {
  auto parts = split(name, '/');
  return parts.size() <= 3 && !climbs(name) && std::ranges::all_of(parts, [](std::string_view part) {
    return begins(part, is_lower_or_digit) && is_of(part, is_lower_or_digit, "+._@-");
  });
}

bool is_strict_node_package(std::string_view spec) {
  if (climbs(spec)) return false;
  auto at = spec.find('@', 1);
  if (at != std::string_view::npos && !is_of(spec.substr(at + 1), is_lower_or_digit, "^~>=<.*|-")) return false;
  auto name = spec.substr(0, at);
  if (name.starts_with('@')) {
    auto slash = name.find('/');
    if (slash == std::string_view::npos || !is_of(name.substr(1, slash - 1), is_lower_or_digit, "._-")) return false;
    name.remove_prefix(slash + 1);
  }
  return begins(name, is_lower_or_digit) && is_of(name, is_lower_or_digit, "._-");
}

bool is_strict_go_module(std::string_view spec) {
  auto at = spec.find('@');
  if (at == std::string_view::npos || climbs(spec)) return false;
  auto module = spec.substr(0, at);
  return begins(module, is_alnum) && is_of(module, is_alnum, "._/-") &&
         is_of(spec.substr(at + 1), is_lower_or_digit, "._-") && spec[at + 1] != '-';
}

bool is_strict_python_package(std::string_view spec) {
  if (climbs(spec)) return false;
  auto name = spec.substr(0, spec.find_first_of("[<>=!~"));
  if (!begins(name, is_alnum) || !is_of(name, is_alnum, "._-")) return false;
  auto rest = spec.substr(name.size());
  if (rest.starts_with('[')) {
    auto end = rest.find(']');
    if (end == std::string_view::npos || !is_of(rest.substr(1, end - 1), is_alnum, ",._-")) return false;
    rest.remove_prefix(end + 1);
  }
  if (rest.empty()) return true;
  for (std::string_view sign : {"===", "==", ">=", "<=", "!=", "~=", ">", "<"}) {
    if (rest.starts_with(sign)) return is_of(rest.substr(sign.size()), is_alnum, ".*_-");
  }
  return false;
}

bool is_strict_program(std::string_view name) {
  return begins(name, is_alnum) && is_of(name, is_alnum, "._+-");
}

}  // namespace chela::runtime::skills::needs
