#include "kernel/runtime/skills/scan/text_scan.hpp"

#include <algorithm>
#include <array>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/scan/encoded.hpp"
#include "kernel/runtime/skills/scan/rule_set.hpp"

namespace chela::runtime::skills::scan {
namespace {

constexpr std::size_t kLineMax = 2048;    // of a line, either side of an anchor
constexpr std::size_t kWindowsMax = 2000;  // per rule and text
constexpr int kDepthMax = 2;              // encodings within encodings
constexpr int kDecodedFrom = 15;          // lighter signs in decoded text do not make the encoding one

struct Window {
  std::size_t begin = 0;
  std::size_t end = 0;
};

constexpr std::array<std::string_view, 5> kProse{".md", ".mdx", ".markdown", ".txt", ".rst"};
constexpr std::array<std::string_view, 5> kShell{".sh", ".bash", ".zsh", ".command", ".ps1"};
constexpr std::array<std::string_view, 10> kCode{".js", ".mjs", ".cjs", ".ts",  ".py",
                                                 ".sh", ".ps1", ".rb",  ".json", ".yaml"};

std::string suffix_of(std::string_view path) {
  auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string() : to_lower(path.substr(dot));
}

template <class Suffixes>
bool holds(const Suffixes& suffixes, std::string_view suffix) {
  return std::find(suffixes.begin(), suffixes.end(), suffix) != suffixes.end();
}

Part part_of(std::string_view path) { return holds(kProse, suffix_of(path)) ? Part::prose : Part::code; }

std::string excerpt_of(std::string_view text, std::size_t begin, std::size_t end) {
  auto line = text.substr(begin, std::min(end - begin, kExcerptMax));
  auto shown = has_invisible(line) ? without_invisible(line) : std::string(line);
  for (auto& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  shown = repair_utf8(shown);
  return std::string(trim(cut_utf8(shown, kExcerptMax)));
}

class TextScan {
 public:
  TextScan(const std::string& path, std::string_view text, std::vector<Hit>& hits)
      : path_(path), text_(text), hits_(hits), windows_(rules().size()) {}

  void run() {
    collect();
    for (std::uint16_t row = 0; row < windows_.size(); ++row) match(row);
  }

  // Set for a text that was encoded in another: where the encoding begins.
  std::size_t line_of_encoding = 0;
  int depth = 0;

 private:
  // One pass. Windows of a rule that touch become one, so that the patterns run once over each byte at most.
  void collect() {
    auto part = part_of(path_);
    RuleSet::get().anchors().search(text_, [&](std::uint16_t row, std::size_t end) {
      const Rule& rule = rules()[row];
      if (rule.part != Part::any && rule.part != part && depth == 0) return;
      auto& windows = windows_[row];
      if (rule.reach == 0 && !windows.empty() && end <= windows.back().end) return;
      auto window = rule.reach == 0 ? line_at(end) : Window{end - std::min<std::size_t>(end, rule.reach),
                                                           std::min(text_.size(), end + rule.reach)};
      if (!windows.empty() && window.begin <= windows.back().end) {
        windows.back().end = std::max(windows.back().end, window.end);
      } else if (windows.size() < kWindowsMax) {
        windows.push_back(window);
      }
    });
  }

  Window line_at(std::size_t end) const {
    auto floor = end - std::min(end, kLineMax);
    auto head = text_.substr(floor, end - floor - 1).rfind('\n');
    auto tail = text_.substr(end - 1, kLineMax).find('\n');
    return {head == std::string_view::npos ? floor : floor + head + 1,
            tail == std::string_view::npos ? std::min(text_.size(), end + kLineMax) : end - 1 + tail};
  }

  void match(std::uint16_t row) {
    std::size_t found = 0;
    for (const auto& window : windows_[row]) {
      auto text = text_.substr(window.begin, window.end - window.begin);
      RuleSet::Match match;
      while (found < kFindingsPerRuleMax && RuleSet::get().find(row, text, is_script_, match)) {
        found += add(row, window.begin + match.begin, window.begin + std::min(match.end, text.size())) ? 1 : 0;
      }
    }
  }

  std::size_t line_number(std::size_t offset) const {
    if (depth > 0) return line_of_encoding;
    auto before = text_.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  }

  bool add(std::uint16_t row, std::size_t begin, std::size_t end) {
    const Rule& rule = rules()[row];
    if (rule.encoded && !look_into(begin, end)) return false;
    Finding finding{.rule = rule.id, .sentence = rule.sentence, .severity = severity_of(rule.weight),
                    .weight = rule.weight, .file = path_, .line = line_number(begin),
                    .excerpt = excerpt_of(text_, begin, end), .decoded = depth > 0};
    hits_.push_back({&rule, std::move(finding)});
    return true;
  }

  // Whether the encoded run hides something that the rules know; its findings are added.
  bool look_into(std::size_t begin, std::size_t end) {
    if (depth >= kDepthMax) return false;
    auto hidden = decoded_text(text_.substr(begin, end - begin));
    if (!hidden) return false;
    *hidden = repair_utf8(*hidden);
    std::vector<Hit> inside;
    TextScan scan(path_, *hidden, inside);
    scan.depth = depth + 1;
    scan.line_of_encoding = line_number(begin);
    scan.run();
    auto is_heavy = [](const Hit& hit) { return hit.rule->weight >= kDecodedFrom; };
    auto heavy = std::any_of(inside.begin(), inside.end(), is_heavy);
    if (heavy) std::move(inside.begin(), inside.end(), std::back_inserter(hits_));
    return heavy;
  }

  const std::string& path_;
  bool is_script_ = holds(kShell, suffix_of(path_));
  std::string_view text_;
  std::vector<Hit>& hits_;
  std::vector<std::vector<Window>> windows_;  // by row
};

}  // namespace

bool is_named_as_text(std::string_view path) {
  return holds(kProse, suffix_of(path)) || holds(kCode, suffix_of(path));
}

void scan_text(const std::string& path, std::string_view text, std::vector<Hit>& hits) {
  // Patterns match characters: a byte that is none would end every match that crosses it.
  std::string repaired;
  if (!is_valid_utf8(text)) text = repaired = repair_utf8(text);
  auto first = hits.size();
  TextScan(path, text, hits).run();
  if (!has_invisible(text)) return;
  // Words that invisible characters split look whole to a model. Lines stay where they are.
  auto visible = without_invisible(text);
  std::vector<Hit> again;
  TextScan(path, visible, again).run();
  for (auto& hit : again) {
    auto known = std::any_of(hits.begin() + static_cast<std::ptrdiff_t>(first), hits.end(), [&](const Hit& other) {
      return other.rule == hit.rule && other.finding.line == hit.finding.line;
    });
    if (!known) hits.push_back(std::move(hit));
  }
}

}  // namespace chela::runtime::skills::scan
