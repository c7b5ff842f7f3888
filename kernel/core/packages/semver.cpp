#include "kernel/core/packages/semver.hpp"

#include <algorithm>
#include <charconv>

#include "kernel/core/base/text.hpp"

namespace chela::packages {
namespace {

constexpr std::size_t kVersionBytesMax = 256;

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  if (!is_digits(text) || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  return value;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  auto left = number_of(a), right = number_of(b);
  if (left && right) return *left <=> *right;
  if (left || right) return left ? std::strong_ordering::less : std::strong_ordering::greater;
  return a <=> b;
}

}  // namespace

std::strong_ordering Semver::operator<=>(const Semver& other) const {
  if (auto order = numbers <=> other.numbers; order != 0) return order;
  if (prerelease.empty() || other.prerelease.empty()) return prerelease.empty() <=> other.prerelease.empty();
  return std::lexicographical_compare_three_way(prerelease.begin(), prerelease.end(), other.prerelease.begin(),
                                                other.prerelease.end(), compare_identifiers);
}

std::optional<Semver> parse_semver(std::string_view text) {
  if (text.size() > kVersionBytesMax) return std::nullopt;
  if (auto plus = text.find('+'); plus != std::string_view::npos) {
    if (!std::ranges::all_of(split(text.substr(plus + 1), '.'), is_identifier)) return std::nullopt;
    text = text.substr(0, plus);
  }
  Semver out;
  if (auto dash = text.find('-'); dash != std::string_view::npos) {
    for (auto identifier : split(text.substr(dash + 1), '.')) {
      if (!is_identifier(identifier) || (is_digits(identifier) && !number_of(identifier))) return std::nullopt;
      out.prerelease.emplace_back(identifier);
    }
    text = text.substr(0, dash);
  }
  auto parts = split(text, '.');
  if (parts.size() != out.numbers.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto number = number_of(parts[i]);
    if (!number) return std::nullopt;
    out.numbers[i] = *number;
  }
  return out;
}

bool is_older(std::string_view candidate, std::string_view installed) {
  auto left = parse_semver(candidate), right = parse_semver(installed);
  return left && right ? *left < *right : candidate != installed;
}

std::optional<bool> satisfies_floor(std::string_view version, std::string_view floor) {
  auto wanted = trim(floor);
  while (!wanted.empty() && std::string_view(">=^~v ").find(wanted.front()) != std::string_view::npos)
    wanted.remove_prefix(1);
  std::string full(wanted);
  for (auto dots = std::ranges::count(full, '.'); dots < 2; ++dots) full += ".0";
  auto have = parse_semver(version), need = parse_semver(full);
  if (!have || !need) return std::nullopt;
  return *have >= *need;
}

}  // namespace chela::packages
