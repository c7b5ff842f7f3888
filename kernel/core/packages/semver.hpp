#pragma once

// Versions of packages, and their order: Semantic Versioning 2.0.0, sections 9 to 11. Any thread.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chela::packages {

struct Semver {
  std::array<std::uint64_t, 3> numbers{};
  std::vector<std::string> prerelease;  // its identifiers; build metadata is checked and forgotten

  bool is_prerelease() const { return !prerelease.empty(); }
  std::strong_ordering operator<=>(const Semver& other) const;
  bool operator==(const Semver& other) const = default;
};

// Exactly MAJOR.MINOR.PATCH with optional -prerelease and +build; no range, no leading "v" or zero.
std::optional<Semver> parse_semver(std::string_view text);

// True when `candidate` comes before `installed`. Texts that are no semantic versions are compared for equality alone:
// an unequal one counts as older, since nobody can say that it is not.
bool is_older(std::string_view candidate, std::string_view installed);

// Whether `version` is at least what `floor` asks for: "1.2.3", ">=1.2.3", "^1.2" and the like; a floor that cannot be
// read is nullopt.
std::optional<bool> satisfies_floor(std::string_view version, std::string_view floor);

}  // namespace chela::packages
