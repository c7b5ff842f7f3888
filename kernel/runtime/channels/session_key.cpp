#include "kernel/runtime/channels/session_key.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "kernel/core/base/hash.hpp"

namespace chela::runtime {
namespace {

constexpr std::size_t kIdBytesMax = 128;
constexpr std::size_t kShortenedTo = 80;
constexpr std::string_view kHashMark = "_Z";
constexpr std::size_t kHashDigits = 40;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-';
}

bool is_shortened(std::string_view id) {
  return id.size() == kShortenedTo + kHashMark.size() + kHashDigits &&
         id.substr(kShortenedTo, kHashMark.size()) == kHashMark &&
         std::ranges::all_of(id.substr(kShortenedTo + kHashMark.size()), is_hex);
}

}  // namespace

std::string session_id_of(std::string_view key) {
  if (is_shortened(key)) return std::string(key);
  std::string out;
  for (char c : key) {
    if (c == '_') {
      out += "__";
    } else if (is_plain(c) && !(c == '.' && out.ends_with('.'))) {
      out += c;
    } else {
      out += fmt::format("_{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (out.size() <= kIdBytesMax) return out;
  out.resize(kShortenedTo);
  return out.append(kHashMark).append(sha256_hex(key).substr(0, kHashDigits));
}

std::string session_key_of(std::string_view id) {
  if (is_shortened(id)) return std::string(id);
  std::string out;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (id[i] != '_') {
      out += id[i];
    } else if (i + 1 < id.size() && id[i + 1] == '_') {
      out += id[++i];
    } else {
      unsigned code = 0;
      const char* digits = id.data() + i + 1;
      bool whole = i + 2 < id.size();
      if (!whole || std::from_chars(digits, digits + 2, code, 16).ptr != digits + 2) return std::string(id);
      out += static_cast<char>(code);
      i += 2;
    }
  }
  return out;
}

std::string agent_of(std::string_view key) {
  constexpr std::string_view kPrefix = "agent:";
  if (!key.starts_with(kPrefix)) return "main";
  auto rest = key.substr(kPrefix.size());
  auto agent = rest.substr(0, rest.find(':'));
  return agent.empty() ? "main" : std::string(agent);
}

}  // namespace chela::runtime
