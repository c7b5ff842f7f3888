#include "kernel/runtime/skills/hub/ignore_rules.hpp"

#include <span>

#include "kernel/core/base/text.hpp"

namespace chela::runtime::skills::hub {
namespace {

constexpr std::size_t kRulesMax = 2000;
constexpr std::size_t kLineBytesMax = 512;

// `[a-z]`, `[!0-9]`; `at` stands behind the bracket and is moved behind its end. Without an end it matches nothing.
bool matches_class(std::string_view pattern, std::size_t& at, char c) {
  auto end = pattern.find(']', at + (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^') ? 2 : 1));
  if (end == std::string_view::npos) return false;
  const bool negates = pattern[at] == '!' || pattern[at] == '^';
  bool found = false;
  for (auto i = at + (negates ? 1 : 0); i < end; ++i) {
    if (i + 2 < end && pattern[i + 1] == '-') {
      found = found || (c >= pattern[i] && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || c == pattern[i];
    }
  }
  at = end + 1;
  return found != negates;
}

// One part of a path against one part of a pattern. Goes back to the last star alone, so that no pattern takes long.
bool matches_part(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, star_text = 0;
  while (t < text.size()) {
    std::size_t next = p + 1;
    bool matches = false;
    if (p < pattern.size()) {
      if (pattern[p] == '*') {
        star = p++;
        star_text = t;
        continue;
      }
      if (pattern[p] == '?')
        matches = true;
      else if (pattern[p] == '[')
        matches = matches_class(pattern, next, text[t]);
      else if (pattern[p] == '\\' && next < pattern.size())
        matches = pattern[next++] == text[t];
      else
        matches = pattern[p] == text[t];
    }
    if (matches) {
      p = next;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_parts(std::span<const std::string> pattern, std::span<const std::string_view> path) {
  // Row by row instead of by recursion: several `**` would multiply.
  std::vector<bool> reached(path.size() + 1, false);
  reached[0] = true;
  for (std::size_t p = 0; p < pattern.size(); ++p) {
    std::vector<bool> next(path.size() + 1, false);
    const bool any = pattern[p] == "**";
    const bool last = p + 1 == pattern.size();
    bool open = false;
    for (std::size_t t = 0; t <= path.size(); ++t) {
      if (any) {
        // At the end it stands for at least one part: `a/**` does not match `a`.
        next[t] = open || (reached[t] && !last);
        open = open || reached[t];
      } else if (t > 0) {
        next[t] = reached[t - 1] && matches_part(pattern[p], path[t - 1]);
      }
    }
    reached = std::move(next);
  }
  return reached[path.size()];
}

}  // namespace

void IgnoreRules::add_lines(std::string_view text) {
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
    if (line.empty() || line.front() == '#' || line.size() > kLineBytesMax || rules_.size() == kRulesMax) continue;
    Rule rule;
    if (line.front() == '!') {
      rule.negates = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.folders_only = true;
      line.remove_suffix(1);
    }
    if (line.empty()) continue;
    const bool is_anchored = line.contains('/');
    if (line.starts_with('/')) line.remove_prefix(1);
    if (!is_anchored) rule.parts.emplace_back("**");
    for (auto part : split(line, '/')) rule.parts.push_back(to_lower(part));
    rules_.push_back(std::move(rule));
  }
}

bool IgnoreRules::decides(std::string_view path, bool is_folder) const {
  auto lower = to_lower(path);
  auto parts = split(lower, '/');
  bool ignored = false;
  for (const auto& rule : rules_) {
    if (rule.negates != ignored || (rule.folders_only && !is_folder)) continue;
    if (matches_parts(rule.parts, parts)) ignored = !rule.negates;
  }
  return ignored;
}

bool IgnoreRules::ignores(std::string_view path) const {
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (decides(path.substr(0, slash), true)) return true;
  }
  return decides(path, false);
}

}  // namespace chela::runtime::skills::hub
