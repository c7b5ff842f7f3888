#include "kernel/runtime/skills/scan/rule_set.hpp"

#include <algorithm>
#include <mutex>
#include <ranges>

#include <re2/re2.h>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime::skills::scan {
namespace {

constexpr std::int64_t kPatternMemoryMax = 16 << 20;  // bytes; beyond it a match is slower, never wrong

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

std::string with_words(std::string_view pattern) {
  std::string text(pattern);
  for (const auto& word : words() | std::views::reverse) {  // later ones may hold earlier ones
    for (std::size_t at = text.find(word.name); at != std::string::npos; at = text.find(word.name, at)) {
      text.replace(at, word.name.size(), word.pattern);
    }
  }
  return text;
}

std::unique_ptr<RE2> compile(std::string_view pattern) {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryMax);
  auto compiled = std::make_unique<RE2>(with_words(pattern), options);
  CHELA_ASSERT(compiled->ok(), compiled->error().c_str());
  return compiled;
}

std::vector<Literals::Entry> entries(std::vector<std::string>& keep) {
  std::vector<Literals::Entry> all;
  keep.reserve(4096);  // entries point into it
  for (std::size_t row = 0; row < rules().size(); ++row) {
    for (auto anchor : split(rules()[row].anchors, ' ')) {
      if (anchor.empty()) continue;
      std::string literal(anchor);
      std::replace(literal.begin(), literal.end(), '_', ' ');
      keep.push_back(std::move(literal));
      all.push_back({keep.back(), static_cast<std::uint16_t>(row)});
    }
  }
  return all;
}

Literals automaton() {
  std::vector<std::string> keep;
  return Literals(entries(keep));
}

bool begins_line(std::string_view text, std::size_t at) {
  auto before = text.substr(0, at).find_last_not_of(" \t");
  return before == std::string_view::npos || text[before] == '\n';
}

std::string_view line_around(std::string_view text, RuleSet::Match match) {
  auto before = text.rfind('\n', match.begin);
  auto begin = before == std::string_view::npos ? 0 : before;
  auto end = std::min(text.find('\n', match.end), text.size());
  return text.substr(begin, end - begin);
}

}  // namespace

class CompiledRule {
 public:
  explicit CompiledRule(const Rule& rule) : rule_(rule) {}

  const RE2& pattern() const {
    std::call_once(once_, [this] {
      pattern_ = compile(rule_.pattern);
      if (!rule_.unless.empty()) unless_ = compile(rule_.unless);
    });
    return *pattern_;
  }
  const RE2* unless() const { return unless_.get(); }  // after pattern()

 private:
  const Rule& rule_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<RE2> pattern_;
  mutable std::unique_ptr<RE2> unless_;
};

RuleSet::RuleSet() : anchors_(automaton()) {
  for (const auto& rule : rules()) compiled_.push_back(std::make_unique<CompiledRule>(rule));
}

RuleSet::~RuleSet() = default;

const RuleSet& RuleSet::get() {
  static const RuleSet set;
  return set;
}

bool RuleSet::find(std::uint16_t rule, std::string_view text, bool is_script, Match& match) const {
  const RE2& pattern = compiled_[rule]->pattern();
  re2::StringPiece found;
  std::size_t from = match.end;
  while (from <= text.size() && pattern.Match(piece(text), from, text.size(), RE2::UNANCHORED, &found, 1)) {
    match.begin = static_cast<std::size_t>(found.data() - text.data());
    match.end = std::max(match.begin + found.size(), from + 1);
    if (is_script && begins_line(text, match.begin)) return true;
    const RE2* unless = compiled_[rule]->unless();
    if (!unless || !RE2::PartialMatch(piece(line_around(text, match)), *unless)) return true;
    from = match.end;
  }
  return false;
}

}  // namespace chela::runtime::skills::scan
