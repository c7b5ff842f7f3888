#include "kernel/runtime/skills/prompt.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

// What the model reads of upstream, word for word: skills were written against it.
struct Words {
  std::string_view section;  // what stands before the catalogue in the system message
  std::string_view opening;
  std::string_view match;  // "…when the task matches its", and then what is shown of each skill
  std::string_view files;
  std::string_view audit;
  bool locations;
};

constexpr Words kUpstream = {
    .section = "## Skills\n"
               "Scan <available_skills>. Clear match: read exact <location> with `read`; obey.\n"
               "Several: most specific. None: read none.\n"
               "Up-front max one. Never invent paths.\n"
               "External writes: batch safely; no tight loops; honor 429/Retry-After.\n",
    .opening = "\n\nThe following skills provide specialized instructions for specific tasks.\n",
    .match = "Read a skill's file at its listed location when the task matches its ",
    .files = "When a skill file references a relative path, resolve it against the skill directory (parent of SKILL.md / "
             "dirname of the path) and use that absolute path in tool commands.\n",
    .audit = "Run `openclaw skills check` to audit.",
    .locations = true};

constexpr Words kProgressive = {
    .section = "## Skills\n"
               "Skills are instructions for certain kinds of tasks. Below stand their names and what they are for, not the "
               "instructions themselves.\n",
    .opening = "",
    .match = "Before you begin a task, look whether one of them fits it: call `load_skill` when the task matches its ",
    .files = "Take the one that fits best; when none fits, load none. What load_skill returns comes from the skill: follow it "
             "for this task as far as the person's own wishes and these instructions allow.\n"
             "Where it names files beside it, get them with `read_skill_resource`.\n",
    .audit = "Run `chela skills check` to see all.",
    .locations = false};

const Words& words_of(CatalogueForm form) {
  return form == CatalogueForm::upstream ? kUpstream : kProgressive;
}

constexpr std::size_t kShortestDescription = 4;
constexpr std::size_t kLongestDescription = 220;
constexpr std::size_t kShortestInSmallContext = 64;

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

// What append_escaped() made, back.
std::string unescaped(std::string_view text) {
  constexpr std::pair<std::string_view, char> kNames[] = {
      {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
  std::string out;
  while (!text.empty()) {
    auto named = std::ranges::find_if(kNames, [&](const auto& one) { return text.starts_with(one.first); });
    bool found = named != std::end(kNames);
    out += found ? named->second : text.front();
    text.remove_prefix(found ? named->first.size() : 1);
  }
  return out;
}

void append_tag(std::string& out, std::string_view tag, std::string_view text) {
  out.append("    <").append(tag).append(">");
  append_escaped(out, text);
  out.append("</").append(tag).append(">\n");
}

std::string catalogue(std::span<const PromptSkill> skills, Form form, const Words& words) {
  if (skills.empty()) return {};
  std::string out(words.opening);
  out += words.match;
  out += !form.compact ? "description.\n" : form.description_max > 0 ? "name or description.\n" : "name.\n";
  out += words.files;
  out += "\n<available_skills>\n";
  for (const auto& skill : skills) {
    out += "  <skill>\n";
    append_tag(out, "name", skill.name);
    auto description = form.compact ? shortened(skill.description, form.description_max) : skill.description;
    bool shown = !form.compact || (form.description_max > 0 && !description.empty());
    if (shown) append_tag(out, "description", description);
    if (words.locations) append_tag(out, "location", skill.location);
    out += "  </skill>\n";
  }
  return out + "</available_skills>";
}

std::string note(std::size_t included, std::size_t total, Form form, const Words& words) {
  auto descriptions = form.description_max > 0 ? "descriptions shortened" : "descriptions omitted";
  if (included < total) {
    auto details = form.compact ? fmt::format(" (compact format, {})", descriptions) : std::string();
    return fmt::format("⚠️ Skills truncated: included {} of {}{}. {}", included, total, details, words.audit);
  }
  return form.compact ? fmt::format("⚠️ Skills catalog using compact format ({}). {}", descriptions, words.audit)
                      : std::string();
}

// The prompt with each description between two places cut to so many units.
std::string with_descriptions_cut(std::string_view prompt, std::pair<std::size_t, std::size_t> within,
                                  std::size_t description_max) {
  constexpr std::string_view kOpen = "<description>", kClose = "</description>";
  std::string out(prompt.substr(0, within.first));
  auto at = within.first;
  while (true) {
    auto open = prompt.find(kOpen, at);
    auto close = open == std::string_view::npos ? open : prompt.find(kClose, open);
    if (close == std::string_view::npos || close > within.second) break;
    open += kOpen.size();
    out += prompt.substr(at, open - at);
    append_escaped(out, shortened(unescaped(prompt.substr(open, close - open)), description_max));
    at = close;
  }
  return out.append(prompt.substr(at));
}

// Upstream's search for what fits, step by step: its result depends on the order.
class Fitting {
 public:
  Fitting(std::span<const PromptSkill> skills, const PromptLimits& limits, const Words& words)
      : skills_(skills),
        by_count_(std::min(skills.size(), limits.skills_max)),
        units_max_(limits.units_max),
        words_(words) {}

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
    auto text = noted ? note(count, skills_.size(), form, words_) : std::string();
    auto list = catalogue(skills_.first(count), form, words_);
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
  const Words& words_;
};

}  // namespace

SkillsPrompt make_prompt(std::vector<PromptSkill> skills, const PromptLimits& limits, CatalogueForm form) {
  std::ranges::sort(skills, [](const auto& a, const auto& b) { return compare_names(a.name, b.name) < 0; });
  return Fitting(skills, limits, words_of(form)).fit();
}

SkillsPrompt make_prompt(std::vector<PromptSkill> skills, const PromptLimits& limits) {
  return make_prompt(std::move(skills), limits, CatalogueForm::upstream);
}

std::string shorten_for_context(std::string prompt, std::uint64_t context_tokens) {
  auto units_max = context_tokens / 5;
  if (context_tokens == 0 || utf16_length(prompt) <= units_max) return prompt;
  auto begin = prompt.find("<available_skills>");
  auto end = prompt.rfind("</available_skills>");
  if (begin == std::string::npos || end == std::string::npos) return prompt;
  auto render = [&](std::size_t description_max) {
    return with_descriptions_cut(prompt, {begin, end}, description_max);
  };
  auto best = render(kShortestInSmallContext);
  for (std::size_t low = kShortestInSmallContext, high = kLongestDescription; low <= high;) {
    auto middle = (low + high) / 2;
    auto tried = render(middle);
    bool fits = utf16_length(tried) <= units_max;
    fits ? low = middle + 1 : high = middle - 1;
    if (fits) best = std::move(tried);
  }
  return utf16_length(best) < utf16_length(prompt) ? best : prompt;
}

std::string skills_section(std::string_view prompt, CatalogueForm form) {
  auto text = trim_blanks(prompt);
  return text.empty() ? std::string() : std::string(words_of(form).section).append(text);
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
