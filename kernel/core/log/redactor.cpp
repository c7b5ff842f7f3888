#include "kernel/core/log/redactor.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"

namespace chela::log {
namespace {

constexpr std::size_t kFormBytesMin = 4;  // what a form is found by

std::uint32_t first_four(std::string_view text) {
  std::uint32_t key = 0;
  std::memcpy(&key, text.data(), sizeof key);
  return key;
}

std::size_t first_two(std::string_view text) {
  return static_cast<std::size_t>(static_cast<std::uint8_t>(text[0])) << 8 | static_cast<std::uint8_t>(text[1]);
}

std::string percent_encoded(std::string_view text, std::string_view format) {
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("-_.~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format(fmt::runtime(format), static_cast<std::uint8_t>(c));
    }
  }
  return out;
}

std::string json_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<std::uint8_t>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint8_t>(c));
    } else {
      out += c;
    }
  }
  return out;
}

// The base64 digits that depend on `text` alone when `skipped` unknown bytes stand before it and unknown ones after.
std::string inner_base64(std::string_view text, std::size_t skipped) {
  std::string encoded = to_base64(std::string(skipped, '\0') + std::string(text));
  std::size_t begin = (skipped * 8 + 5) / 6;
  std::size_t end = (skipped + text.size()) * 8 / 6;
  return encoded.substr(begin, end - begin);
}

std::string url_alphabet(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

}  // namespace

Redactor::Redactor() : first_two_(1 << 16) {}
Redactor::~Redactor() = default;

bool Redactor::add(std::string_view secret) {
  if (secret.size() < kSecretBytesMin) return false;
  std::unique_lock lock(mutex_);
  if (!secrets_.emplace(secret).second) return true;
  add_form(std::string(secret));
  add_form(json_escaped(secret));
  add_form(percent_encoded(secret, "%{:02X}"));
  add_form(percent_encoded(secret, "%{:02x}"));
  for (std::size_t skipped = 0; skipped < 3; ++skipped) {
    std::string encoded = inner_base64(secret, skipped);
    add_form(encoded);
    add_form(url_alphabet(encoded));
  }
  return true;
}

std::size_t Redactor::secret_count() const {
  std::shared_lock lock(mutex_);
  return secrets_.size();
}

void Redactor::add_form(std::string form) {
  if (form.size() < kFormBytesMin) return;
  first_two_[first_two(form)] = true;
  auto& same_start = forms_[first_four(form)];
  auto at = std::ranges::find_if(same_start, [&](const auto& other) { return other.size() <= form.size(); });
  if (std::find(at, same_start.end(), form) == same_start.end()) same_start.insert(at, std::move(form));
}

// The caller holds mutex_.
std::size_t Redactor::longest_match(std::string_view text) const {
  if (!first_two_[first_two(text)]) return 0;
  auto found = forms_.find(first_four(text));
  if (found == forms_.end()) return 0;
  for (const auto& form : found->second) {
    if (text.starts_with(form)) return form.size();
  }
  return 0;
}

std::string Redactor::redact(std::string_view text) const {
  std::shared_lock lock(mutex_);
  if (forms_.empty() || text.size() < kFormBytesMin) return std::string(text);
  std::string out;
  std::size_t kept = 0;      // text before it is in `out`
  std::size_t hidden_end = 0;  // secrets may overlap: everything before it is covered
  for (std::size_t at = 0; at + kFormBytesMin <= text.size(); ++at) {
    std::size_t length = longest_match(text.substr(at));
    if (length == 0) continue;
    if (at > hidden_end || hidden_end == 0) {
      out += text.substr(kept, at - kept);
      out += kMark;
    }
    hidden_end = std::max(hidden_end, at + length);
    kept = hidden_end;
  }
  out += text.substr(kept);
  return out;
}

}  // namespace chela::log
