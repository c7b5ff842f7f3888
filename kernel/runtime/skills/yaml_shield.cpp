#include "kernel/runtime/skills/yaml_shield.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "kernel/core/base/code_point.hpp"

namespace chela::runtime::skills {
namespace {

constexpr char32_t kPlane = 0x10F000;       // + the character, below 0x100
constexpr char32_t kSurrogates = 0x10F800;  // + the surrogate - 0xD800
constexpr char32_t kLineSeparator = 0x128, kParagraphSeparator = 0x129;
constexpr char32_t kByteOrderMark = 0x1FF, kNoCharacterE = 0x1FE, kNoCharacterF = 0x1FD;

struct Refused {
  std::size_t length = 0;  // 0: libyaml takes it
  char32_t stand_in = 0;
};

Refused refused_at(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0}; };
  auto first = byte(at);
  if (first < 0x80) {
    bool taken = (first >= 0x20 && first != 0x7F) || first == '\t' || first == '\n';
    return taken ? Refused{} : Refused{1, kPlane + first};
  }
  if (first == 0xC2 && byte(at + 1) < 0xA0) return {2, kPlane + byte(at + 1)};
  if (first == 0xE2 && byte(at + 1) == 0x80 && byte(at + 2) == 0xA8) return {3, kPlane + kLineSeparator};
  if (first == 0xE2 && byte(at + 1) == 0x80 && byte(at + 2) == 0xA9) return {3, kPlane + kParagraphSeparator};
  if (first == 0xEF && byte(at + 1) == 0xBB && byte(at + 2) == 0xBF) return {3, kPlane + kByteOrderMark};
  if (first == 0xEF && byte(at + 1) == 0xBF && byte(at + 2) == 0xBE) return {3, kPlane + kNoCharacterE};
  if (first == 0xEF && byte(at + 1) == 0xBF && byte(at + 2) == 0xBF) return {3, kPlane + kNoCharacterF};
  return {};
}

char32_t meant_by(char32_t offset) {
  switch (offset) {
    case kLineSeparator:
      return 0x2028;
    case kParagraphSeparator:
      return 0x2029;
    case kByteOrderMark:
      return 0xFEFF;
    case kNoCharacterE:
      return 0xFFFE;
    case kNoCharacterF:
      return 0xFFFF;
    default:
      return offset < 0x100 ? offset : kPlane + offset;
  }
}

// The surrogate that `\uXXXX` at `at` names, or 0.
unsigned surrogate_at(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("\\u") || at + 6 > text.size()) return 0;
  unsigned value = 0;
  for (char c : text.substr(at + 2, 4)) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return 0;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value >= 0xD800 && value <= 0xDFFF ? value : 0;
}

}  // namespace

std::optional<std::string> shield(std::string_view text) {
  std::optional<std::string> out;
  for (std::size_t at = 0, kept = 0; at < text.size();) {
    auto [length, stand_in] = refused_at(text, at);
    if (length == 0) {
      ++at;
      if (out && at == text.size()) *out += text.substr(kept);
      continue;
    }
    if (!out) out.emplace();
    *out += text.substr(kept, at - kept);
    append_code_point(*out, stand_in);
    kept = at += length;
  }
  return out;
}

bool shield_surrogates(std::string& text, std::size_t at) {
  std::string out = text.substr(0, at + 1);
  std::size_t kept = at + 1;
  bool found = false;
  for (std::size_t i = kept; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] != '\\') continue;
    auto high = surrogate_at(text, i);
    if (high == 0) {
      ++i;  // what is escaped
      continue;
    }
    auto low = high < 0xDC00 ? surrogate_at(text, i + 6) : 0;
    bool pair = low >= 0xDC00;
    out.append(text, kept, i - kept);
    auto point = pair ? 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00) : kSurrogates + (high - 0xD800);
    out += fmt::format("\\U{:08X}", static_cast<unsigned>(point));
    kept = i + (pair ? 12 : 6);
    i = kept - 1;
    found = true;
  }
  if (!found) return false;
  out.append(text, kept, std::string::npos);
  text = std::move(out);
  return true;
}

bool shield_reference(std::string& text, std::size_t at) {
  auto end = std::min(text.find_first_of(" \t\n,[]{}", at + 1), text.size());
  if (end == at + 1 || text[end - 1] == ':') return false;
  auto is_usual = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  bool odd = false;
  for (std::size_t i = at + 1; i < end; ++i) {
    if (is_usual(text[i])) continue;
    text[i] = '_';
    odd = true;
  }
  return odd;
}

std::string unshield(std::string_view text) {
  constexpr std::string_view kLead = "\xF4\x8F";
  std::string out;
  std::size_t kept = 0;
  for (auto at = text.find(kLead); at != std::string_view::npos; at = text.find(kLead, kept)) {
    out += text.substr(kept, at - kept);
    kept = at + 4;
    char32_t offset = static_cast<char32_t>((text[at + 2] & 0x3F) << 6 | (text[at + 3] & 0x3F));
    if (offset >= kSurrogates - kPlane) {
      auto surrogate = 0xD800 + (offset - (kSurrogates - kPlane));
      out += static_cast<char>(0xED);
      out += static_cast<char>(0x80 | ((surrogate >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (surrogate & 0x3F));
    } else {
      append_code_point(out, meant_by(offset));
    }
  }
  out += text.substr(kept);
  return out;
}

}  // namespace chela::runtime::skills
