#pragma once

// Knows the secrets of this process by value and keeps them out of text that leaves it.

#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace chela::log {

// Any thread. One pass over the text whatever the number of secrets.
class Redactor {
 public:
  static constexpr std::string_view kMark = "[redacted]";
  // Shorter values are not taken in: they would blank ordinary words.
  static constexpr std::size_t kSecretBytesMin = 4;

  Redactor();
  Redactor(const Redactor&) = delete;
  Redactor& operator=(const Redactor&) = delete;
  ~Redactor();

  // From now on every occurrence is replaced: as it is, escaped as in JSON and in URLs, and in base64 and base64url
  // at any of the three alignments, so also inside a longer encoded text. False when the value is too short.
  bool add(std::string_view secret);
  std::size_t secret_count() const;

  std::string redact(std::string_view text) const;

 private:
  void add_form(std::string form);
  std::size_t longest_match(std::string_view text) const;

  mutable std::shared_mutex mutex_;  // guards everything below
  std::unordered_set<std::string> secrets_;
  std::unordered_map<std::uint32_t, std::vector<std::string>> forms_;  // by their first four bytes, longest first
  std::vector<bool> first_two_;  // which pairs of bytes a form starts with: most positions stop here
};

}  // namespace chela::log
