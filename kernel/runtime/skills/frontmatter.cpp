#include "kernel/runtime/skills/frontmatter.hpp"

#include <algorithm>
#include <optional>

#include "kernel/runtime/skills/field_line.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/simple_block.hpp"
#include "kernel/runtime/skills/yaml_lines.hpp"
#include "kernel/runtime/skills/yaml_reader.hpp"

namespace chela::runtime::skills {
namespace {

constexpr int kRepairsMax = 3;
constexpr std::size_t kSearchedMax = 32;  // fields that are searched one after another
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct Cut {
  std::string_view block;
  std::string_view body;
};

// The end of a line of three dashes and blanks at `at`, its LF included; npos when there is none.
std::size_t delimiter_end(std::string_view text, std::size_t at, bool needs_lf) {
  if (!text.substr(at).starts_with("---")) return std::string_view::npos;
  at += 3;
  while (at < text.size() && text[at] != '\n') {
    auto length = space_length(text, at);
    if (length == 0) return std::string_view::npos;
    at += length;
  }
  if (at == text.size()) return needs_lf ? std::string_view::npos : at;
  return at + 1;
}

// Nothing when there is no closing line.
std::optional<Cut> cut_at_close(std::string_view rest) {
  for (std::size_t at = 0; at <= rest.size();) {
    auto end = delimiter_end(rest, at, false);
    if (end != std::string_view::npos) return Cut{rest.substr(0, at == 0 ? 0 : at - 1), rest.substr(end)};
    auto line_end = rest.find("\n---", at);
    if (line_end == std::string_view::npos) return std::nullopt;
    at = line_end + 1;
  }
  return std::nullopt;
}

bool is_free_text(std::string_view key) {
  return key == "description" || key == "summary" || key == "read_when";
}

// [|>] with nothing but an indicator of indentation and one of the end
bool is_block_header(std::string_view value) {
  if (value.empty() || (value.front() != '|' && value.front() != '>')) return false;
  value.remove_prefix(1);
  auto is_sign = [](char c) { return c == '+' || c == '-'; };
  auto is_digit = [](char c) { return c >= '1' && c <= '9'; };
  if (value.size() == 1) return is_sign(value[0]) || is_digit(value[0]);
  if (value.size() == 2) return (is_digit(value[0]) && is_sign(value[1])) || (is_sign(value[0]) && is_digit(value[1]));
  return value.empty();
}

std::optional<FieldLine> split_quotable_field(std::string_view line) {
  if (line.empty() || (line.front() != '"' && line.front() != '\'')) return split_field(line);
  auto end = line.find(line.front(), 1);
  if (end == std::string_view::npos || end < 2) return std::nullopt;
  auto key = line.substr(1, end - 1);
  auto rest = line.substr(end + 1);
  if (!std::ranges::all_of(key, is_word) || !rest.starts_with(':')) return std::nullopt;
  return FieldLine{key, trim_start(rest.substr(1))};
}

// The block with the text at the problem put in quotes; nothing when it is not of a kind that upstream repairs.
std::optional<std::string> repair(std::string_view block, const YamlProblem& problem) {
  if (!problem.has_line) return std::nullopt;
  YamlLines lines(block);
  auto line = lines.at(problem.line);
  auto field = split_quotable_field(line);
  if (!field || !is_free_text(field->key)) return std::nullopt;
  auto value = trim_end(field->value);
  if (value.empty() || is_block_header(value)) return std::nullopt;
  bool colon_rich = problem.code == "BLOCK_AS_IMPLICIT_KEY" && value.contains(": ");
  if (field->key != "description" && !colon_rich) return std::nullopt;
  auto start = static_cast<std::size_t>(line.data() - block.data());
  std::string repaired(block.substr(0, start));
  repaired += field->key;
  repaired += ": ";
  append_json_text(repaired, strip_quotes(value));
  repaired += block.substr(start + line.size());
  if (repaired == block) return std::nullopt;
  return repaired;
}

// Whether the key stands bare at the beginning of its line and a colon follows on that line: upstream then takes the
// text of the line for a map or a list.
bool has_inline_colon(std::string_view rest_of_line, std::string_view key) {
  auto field = split_field(rest_of_line);
  return field && field->key == key && field->value.contains(':');
}

Fields to_fields(const YamlValue& root, const Fields& fallback, std::string_view block) {
  Fields fields;
  YamlLines lines(block);
  for (const auto& pair : root.pairs) {
    auto raw = key_text(pair.key);
    auto key = trim_blanks(raw);
    const auto& value = pair.value;
    if (key.empty() || key == "__proto__" || value.kind == YamlKind::null) continue;
    bool structured = value.kind == YamlKind::list || value.kind == YamlKind::map;
    if (!structured) {
      fields.set(key, value.kind == YamlKind::text ? std::string(trim_blanks(value.text)) : key_text(value));
      continue;
    }
    auto rest = lines.from(pair.line, pair.column);
    const auto* instead = fallback.find(key);
    if (instead && has_inline_colon(rest.substr(0, rest.find('\n')), key)) {
      fields.set(key, *instead);
      continue;
    }
    std::string json;
    append_json(json, value);
    fields.set(key, std::move(json));
  }
  for (const auto& [key, value] : fallback.all()) {
    if (!fields.find(key)) fields.set(key, value);
  }
  return fields;
}

}  // namespace

std::expected<Fields, YamlProblem> read_yaml_block(std::string_view block) {
  auto fallback = read_line_fields(block);
  std::string repaired;
  for (int repairs = 0;; ++repairs) {
    auto root = read_yaml(block);
    if (root && root->kind == YamlKind::map) return to_fields(*root, fallback, block);
    if (root) return std::unexpected(YamlProblem{"INVALID_ROOT", "frontmatter must be a YAML mapping", 0, false});
    auto next = repairs < kRepairsMax ? repair(block, root.error()) : std::nullopt;
    if (!next) return std::unexpected(std::move(root.error()));
    repaired = std::move(*next);
    block = repaired;
  }
}

std::size_t Fields::index_of(std::string_view key) const {
  if (fields_.size() > kSearchedMax) {
    auto found = places_.find(std::string(key));
    return found == places_.end() ? fields_.size() : found->second;
  }
  auto found = std::ranges::find(fields_, key, &std::pair<std::string, std::string>::first);
  return static_cast<std::size_t>(found - fields_.begin());
}

const std::string* Fields::find(std::string_view key) const {
  auto index = index_of(key);
  return index == fields_.size() ? nullptr : &fields_[index].second;
}

std::string_view Fields::get(std::string_view key) const {
  const auto* found = find(key);
  return found ? std::string_view(*found) : std::string_view();
}

void Fields::set(std::string_view key, std::string value) {
  auto index = index_of(key);
  if (index < fields_.size()) {
    fields_[index].second = std::move(value);
    return;
  }
  fields_.emplace_back(key, std::move(value));
  if (fields_.size() <= kSearchedMax) return;
  for (auto i = places_.empty() ? 0 : index; i <= index; ++i) places_.emplace(fields_[i].first, i);
}

std::string_view normalize_lines(std::string_view content, std::string& storage) {
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  if (!content.contains('\r')) return content;
  storage.clear();
  storage.reserve(content.size());
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] != '\r') {
      storage += content[i];
    } else if (i + 1 == content.size() || content[i + 1] != '\n') {
      storage += '\n';
    }
  }
  return storage;
}

std::expected<Frontmatter, YamlProblem> read_frontmatter(std::string_view content) {
  auto opening = delimiter_end(content, 0, true);
  if (opening == std::string_view::npos) return Frontmatter{{}, content};
  auto cut = cut_at_close(content.substr(opening));
  if (!cut) return std::unexpected(YamlProblem{"UNTERMINATED_FRONTMATTER", "missing closing --- delimiter", 0, false});
  if (cut->block.empty()) return Frontmatter{{}, cut->body};
  if (auto simple = read_simple_block(cut->block)) return Frontmatter{std::move(*simple), cut->body};
  auto fields = read_yaml_block(cut->block);
  if (!fields) return std::unexpected(std::move(fields.error()));
  return Frontmatter{std::move(*fields), cut->body};
}

}  // namespace chela::runtime::skills
