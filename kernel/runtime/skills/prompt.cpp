#include "kernel/runtime/skills/prompt.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

// What the model reads of upstream, word for word: skills were written against it.
constexpr std::string_view kOpening = "\n\nThe following skills provide specialized instructions for specific tasks.\n";
constexpr std::string_view kByDescription =
    "Read a skill's file at its listed location when the task matches its description.\n";
constexpr std::string_view kByEither =
    "Read a skill's file at its listed location when the task matches its name or description.\n";
constexpr std::string_view kByName = "Read a skill's file at its listed location when the task matches its name.\n";
constexpr std::string_view kRelativePaths =
    "When a skill file references a relative path, resolve it against the skill directory (parent of SKILL.md / "
    "dirname "
    "of the path) and use that absolute path in tool commands.\n";
constexpr std::size_t kShortestDescription = 4;
constexpr std::size_t kLongestDescription = 220;

// How much of each description is shown: all, or so many units.
struct Form {
  bool compact = false;
  std::size_t description_max = 0;
};

void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        out += c;
    }
  }
}

std::string shortened(std::string_view description, std::size_t units_max) {
  std::string words;
  for (std::size_t at = 0; at < description.size();) {
    auto blank = space_length(description, at);
    if (blank == 0) {
      words += description[at++];
      continue;
    }
    if (!words.ends_with(' ')) words += ' ';
    at += blank;
  }
  auto text = trim_blanks(words);
  if (utf16_length(text) <= units_max) return std::string(text);
  if (units_max <= 3) return std::string(cut_utf16(text, units_max));
  return std::string(trim_end(cut_utf16(text, units_max - 3))) + "...";
}

void append_tag(std::string& out, std::string_view tag, std::string_view text) {
  out.append("    <").append(tag).append(">");
  append_escaped(out, text);
  out.append("</").append(tag).append(">\n");
}

std::string catalogue(std::span<const PromptSkill> skills, Form form) {
  if (skills.empty()) return {};
  std::string out(kOpening);
  out += !form.compact ? kByDescription : form.description_max > 0 ? kByEither : kByName;
  out += kRelativePaths;
  out += "\n<available_skills>\n";
  for (const auto& skill : skills) {
    out += "  <skill>\n";
    append_tag(out, "name", skill.name);
    auto description = form.compact ? shortened(skill.description, form.description_max) : skill.description;
    bool shown = !form.compact || (form.description_max > 0 && !description.empty());
    if (shown) append_tag(out, "description", description);
    append_tag(out, "location", skill.location);
    out += "  </skill>\n";
  }
  return out + "</available_skills>";
}

std::string note(std::size_t included, std::size_t total, Form form) {
  constexpr std::string_view kAudit = "Run `openclaw skills check` to audit.";
  auto descriptions = form.description_max > 0 ? "descriptions shortened" : "descriptions omitted";
  if (included < total) {
    auto details = form.compact ? fmt::format(" (compact format, {})", descriptions) : std::string();
    return fmt::format("⚠️ Skills truncated: included {} of {}{}. {}", included, total, details, kAudit);
  }
  return form.compact ? fmt::format("⚠️ Skills catalog using compact format ({}). {}", descriptions, kAudit)
                      : std::string();
}

// Upstream's search for what fits, step by step: its result depends on the order.
class Fitting {
 public:
  Fitting(std::span<const PromptSkill> skills, const PromptLimits& limits)
      : skills_(skills), by_count_(std::min(skills.size(), limits.skills_max)), units_max_(limits.units_max) {}

  SkillsPrompt fit() {
    if (auto full = render(by_count_, {}, true)) return {std::move(*full), by_count_};
    auto count = fits(by_count_, 0, true) ? by_count_ : most([&](std::size_t n) { return fits(n, 0, true); });
    if (count == 0 && by_count_ > 0) {
      if (auto full = render(by_count_, {}, false)) return {std::move(*full), by_count_};
      count = most([&](std::size_t n) { return fits(n, 0, false); });
    }
    bool noted = fits(count, 0, true);
    std::size_t description_max = 0;
    if (count > 0 && fits(count, kShortestDescription, noted)) {
      description_max = largest(kShortestDescription, kLongestDescription,
                                [&](std::size_t units) { return fits(count, units, noted); });
    }
    auto text = render(count, {.compact = true, .description_max = description_max}, noted);
    if (!text || text->empty()) return {};
    return {std::move(*text), count};
  }

 private:
  std::optional<std::string> render(std::size_t count, Form form, bool noted) const {
    auto text = noted ? note(count, skills_.size(), form) : std::string();
    auto list = catalogue(skills_.first(count), form);
    if (!text.empty() && !list.empty()) text += '\n';
    text += list;
    if (utf16_length(text) > units_max_) return std::nullopt;
    return text;
  }

  bool fits(std::size_t count, std::size_t description_max, bool noted) const {
    return render(count, {.compact = true, .description_max = description_max}, noted).has_value();
  }

  template <class Fits>
  std::size_t most(Fits fits_count) const {
    return largest(0, by_count_, fits_count);
  }

  template <class Fits>
  static std::size_t largest(std::size_t low, std::size_t high, Fits fits_at) {
    while (low < high) {
      auto middle = (low + high + 1) / 2;
      fits_at(middle) ? low = middle : high = middle - 1;
    }
    return low;
  }

  std::span<const PromptSkill> skills_;
  std::size_t by_count_;
  std::size_t units_max_;
};

}  // namespace

SkillsPrompt make_prompt(std::vector<PromptSkill> skills, const PromptLimits& limits) {
  std::ranges::sort(skills, [](const auto& a, const auto& b) { return compare_names(a.name, b.name) < 0; });
  return Fitting(skills, limits).fit();
}

std::string compact_home(const std::string& path, const std::vector<std::string>& homes) {
  std::string_view longest;
  for (const auto& home : homes) {
    bool inside =
        path.starts_with(home) && path.size() > home.size() && (home.ends_with('/') || path[home.size()] == '/');
    if (inside && home.size() > longest.size()) longest = home;
  }
  if (longest.empty()) return path;
  return "~/" + path.substr(longest.size() + (longest.ends_with('/') ? 0 : 1));
}

}  // namespace chela::runtime::skills
