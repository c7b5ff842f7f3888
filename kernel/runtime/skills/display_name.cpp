#include "kernel/runtime/skills/display_name.hpp"

#include <cstdint>

#include "kernel/core/base/code_point.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

// The text of the first line `# text`, or nothing. The blanks behind the # may be line ends.
std::string_view first_heading(std::string_view body) {
  for (std::size_t at = 0; at < body.size();) {
    bool begins_line = at == 0 || body[at - 1] == '\n';
    if (begins_line && body[at] == '#' && space_length(body, at + 1) > 0) {
      auto rest = trim_start(body.substr(at + 1));
      if (rest.empty()) return {};
      auto line = trim_end(rest.substr(0, rest.find('\n')));
      auto bare = line;
      while (bare.ends_with('#')) bare.remove_suffix(1);
      bare = trim_end(bare);
      return bare.empty() ? line.substr(0, 1) : bare;
    }
    at = body.find("\n#", at);
    if (at == std::string_view::npos) return {};
    ++at;
  }
  return {};
}

// The capital of one letter of two bytes: Latin-1, Greek and Cyrillic, where it is a fixed distance away.
std::string capital(std::string_view letter) {
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(letter[i]); };
  if (letter.size() == 1) {
    bool lower = letter[0] >= 'a' && letter[0] <= 'z';
    return std::string(1, lower ? static_cast<char>(letter[0] - 32) : letter[0]);
  }
  std::string out;
  if (letter.size() != 2) return std::string(letter);
  auto point = static_cast<char32_t>((byte(0) & 0x1F) << 6 | (byte(1) & 0x3F));
  bool by_32 = (point >= 0xE0 && point <= 0xFE && point != 0xF7) ||
               (point >= 0x3B1 && point <= 0x3C9 && point != 0x3C2) || (point >= 0x430 && point <= 0x44F);
  bool by_80 = point >= 0x450 && point <= 0x45F;
  append_code_point(out, by_32 ? point - 32 : by_80 ? point - 80 : point);
  return out;
}

}  // namespace

std::string display_name_of(std::string_view body, std::string_view name) {
  auto heading = first_heading(body);
  if (!heading.empty()) return std::string(heading);
  std::string out;
  bool word_begins = true;
  for (std::size_t at = 0; at < name.size();) {
    if (name[at] == '-' || name[at] == '_') {
      word_begins = true;
      ++at;
      continue;
    }
    std::size_t length = 1;
    while (at + length < name.size() && (static_cast<std::uint8_t>(name[at + length]) & 0xC0) == 0x80) ++length;
    auto letter = name.substr(at, length);
    if (word_begins && !out.empty()) out += ' ';
    out += word_begins ? capital(letter) : std::string(letter);
    word_begins = false;
    at += length;
  }
  return out.empty() ? std::string(name) : out;
}

}  // namespace chela::runtime::skills
