#include "kernel/core/packages/entry_name.hpp"

#include <algorithm>
#include <cstdint>

#include "kernel/core/base/text.hpp"

namespace chela::packages {
namespace {

constexpr std::size_t kPartBytesMax = 255;

struct Range {
  char32_t first;
  char32_t last;
};

// Invisible or turning the direction of text: two names that look the same, and `.git` for file systems that skip them.
constexpr Range kInvisible[] = {{0x80, 0x9F},     {0xAD, 0xAD},     {0x34F, 0x34F},   {0x61C, 0x61C},
                                {0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
                                {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}};

// The next code point of valid UTF-8; `at` moves on.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  auto lead = static_cast<std::uint8_t>(text[at++]);
  int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t out = more == 0 ? lead : lead & (0x3F >> more);
  for (; more > 0; --more) out = out << 6 | (static_cast<std::uint8_t>(text[at++]) & 0x3F);
  return out;
}

bool holds_invisible(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    auto c = next_code_point(text, at);
    if (std::ranges::any_of(kInvisible, [c](Range range) { return c >= range.first && c <= range.last; })) return true;
  }
  return false;
}

bool holds_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; });
}

// `git~1` is what a FAT file system calls `.git`.
bool is_git(std::string_view part) {
  return equal_ignoring_case(part, ".git") || equal_ignoring_case(part, "git~1");
}

const char* problem_of_part(std::string_view part) {
  if (part == "..") return "it leads out of the folder";
  if (part.empty() || part == ".") return "it has an empty part";
  if (part.size() > kPartBytesMax) return "a part of it has more than 255 bytes";
  if (part.back() == '.' || part.back() == ' ') return "a part of it ends with a dot or a blank";
  if (is_git(part)) return "it is part of a git repository; pack without it";
  return nullptr;
}

const char* problem_of(std::string_view name, const NameLimits& limits) {
  if (name.empty()) return "it is empty";
  if (name.size() > limits.bytes_max) return "it is too long";
  if (!is_valid_utf8(name)) return "it is not UTF-8";
  if (holds_control(name)) return "it holds control characters";
  if (holds_invisible(name)) return "it holds invisible characters";
  if (name.find('\\') != std::string_view::npos) return "it holds a backslash";
  if (name.front() == '/' || (name.size() > 1 && name[1] == ':')) return "it is absolute";
  return nullptr;
}

}  // namespace

std::string shown_name(std::string_view name) {
  std::string out(name.substr(0, 100));
  for (char& c : out) {
    if (c < 0x20 || c == 0x7F) c = '?';
  }
  return out;
}

Result<std::vector<std::string>> name_parts(std::string_view name, const NameLimits& limits) {
  auto refuse = [name](const char* why) {
    return fail(ErrorCode::invalid_argument, "the name `{}` is refused: {}", shown_name(name), why);
  };
  if (const char* why = problem_of(name, limits)) return refuse(why);
  auto rest = name;
  while (rest.starts_with("./")) rest.remove_prefix(2);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  std::vector<std::string> parts;
  if (rest.empty() || rest == ".") return parts;
  for (auto part : split(rest, '/')) {
    if (const char* why = problem_of_part(part)) return refuse(why);
    parts.emplace_back(part);
  }
  if (parts.size() > limits.depth_max) return refuse("it nests too deep");
  return parts;
}

Result<void> NameSet::add(const std::vector<std::string>& parts, bool is_directory) {
  std::string name;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    name += (i == 0 ? "" : "/") + parts[i];
    if (i + 1 < parts.size()) CHELA_CHECK(add_one(name, true));
  }
  CHELA_CHECK(add_one(name, is_directory));
  return {};
}

Result<void> NameSet::add_one(const std::string& name, bool is_directory) {
  auto [known, added] = known_.try_emplace(engine_.fold_name(name), Known{name, is_directory});
  if (added) return {};
  const auto& other = known->second;
  if (other.spelling == name && other.is_directory && is_directory) return {};
  if (other.spelling == name) return fail(ErrorCode::invalid_argument, "the name `{}` comes twice", shown_name(name));
  return fail(ErrorCode::invalid_argument, "the names `{}` and `{}` are the same on some file systems",
              shown_name(other.spelling), shown_name(name));
}

}  // namespace chela::packages
