#pragma once

// How far a plugin is trusted: what its isolation is chosen by. Any thread.

#include <optional>
#include <string_view>

namespace chela::plugins {

// From most to least. bundled: part of this program. verified: everything in the package is signed with a key that the
// operator trusts. reviewed: the operator said so, of exactly these files. untrusted: everything else.
enum class TrustLevel { bundled, verified, reviewed, untrusted };

constexpr std::string_view name_of(TrustLevel level) {
  constexpr std::string_view kNames[] = {"bundled", "verified", "reviewed", "untrusted"};
  return kNames[static_cast<int>(level)];
}

constexpr std::optional<TrustLevel> parse_trust_level(std::string_view name) {
  for (auto level : {TrustLevel::bundled, TrustLevel::verified, TrustLevel::reviewed, TrustLevel::untrusted}) {
    if (name == name_of(level)) return level;
  }
  return std::nullopt;
}

// What is known of a package when its level is decided.
struct TrustGrounds {
  bool bundled = false;
  bool signed_by_trusted_key = false;  // everything in it, and the key is not revoked
  bool reviewed = false;               // the digest that the operator reviewed is that of the files there now
};

constexpr TrustLevel decide_trust(TrustGrounds grounds) {
  if (grounds.bundled) return TrustLevel::bundled;
  if (grounds.signed_by_trusted_key) return TrustLevel::verified;
  return grounds.reviewed ? TrustLevel::reviewed : TrustLevel::untrusted;
}

}  // namespace chela::plugins
