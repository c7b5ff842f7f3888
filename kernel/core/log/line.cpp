#include "kernel/core/log/line.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"

namespace chela::log {
namespace {

constexpr std::array<std::string_view, 4> kFixedMembers = {"time", "level", "category", "message"};

// The code point at the front of `text` and its length in bytes; length 0 when it is no UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;
};

CodePoint decode(std::string_view text) {
  auto first = static_cast<std::uint8_t>(text[0]);
  if (first < 0x80) return {first, 1};
  std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (text.size() < length || !is_valid_utf8(text.substr(0, length))) return {};
  char32_t value = first & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3F);
  return {value, length};
}

// Control characters, line separators, and the marks that reorder what a reader sees.
bool is_unsafe(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    auto [value, length] = decode(text);
    if (length == 0) {
      out += "\\ufffd";
      text.remove_prefix(1);
      continue;
    }
    if (value == '"' || value == '\\') {
      out += '\\';
      out += static_cast<char>(value);
    } else if (value == '\n') {
      out += "\\n";
    } else if (is_unsafe(value)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(value));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

std::string time_text(std::int64_t unix_ms) {
  std::int64_t milliseconds = ((unix_ms % 1000) + 1000) % 1000;
  auto seconds = static_cast<std::time_t>((unix_ms - milliseconds) / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, milliseconds);
}

std::string render_text(const Line& line) {
  std::string out = fmt::format("{} {:<7} ", time_text(line.unix_ms), name_of(line.level));
  if (!line.category.empty()) out += escape_for_terminal(line.category) + ": ";
  out += escape_for_terminal(line.message);
  for (const auto& field : line.fields) {
    out += ' ' + escape_for_terminal(field.name) + '=';
    if (!field.value.empty() && field.value.find_first_of(" \"=") == std::string_view::npos) {
      out += escape_for_terminal(field.value);
    } else {
      append_json_text(out, field.value);
    }
  }
  return out;
}

std::string render_json(const Line& line) {
  std::string out = fmt::format(R"({{"time":"{}","level":"{}")", time_text(line.unix_ms), name_of(line.level));
  if (!line.category.empty()) {
    out += ",\"category\":";
    append_json_text(out, line.category);
  }
  out += ",\"message\":";
  append_json_text(out, line.message);
  for (const auto& field : line.fields) {
    bool taken = std::ranges::find(kFixedMembers, field.name) != kFixedMembers.end();
    out += ',';
    append_json_text(out, taken ? fmt::format("_{}", field.name) : field.name);
    out += ':';
    append_json_text(out, field.value);
  }
  return out + '}';
}

}  // namespace

std::string escape_for_terminal(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    auto [value, length] = decode(text);
    if (length == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<std::uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (value == '\n') {
      out += "\\n";
    } else if (value == '\t') {
      out += "\\t";
    } else if (value < 0x100 && is_unsafe(value)) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<std::uint32_t>(value));
    } else if (is_unsafe(value)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(value));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string render(const Line& line, Format format) {
  return format == Format::json ? render_json(line) : render_text(line);
}

}  // namespace chela::log
