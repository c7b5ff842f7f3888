#include "kernel/runtime/skills/yaml_reader.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <yaml.h>

#include "kernel/runtime/skills/yaml_lines.hpp"
#include "kernel/runtime/skills/yaml_problem.hpp"
#include "kernel/runtime/skills/yaml_shield.hpp"

namespace chela::runtime::skills {
namespace {

constexpr int kRewritesMax = 64;
constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

std::string_view view(const yaml_char_t* text) {
  return text ? reinterpret_cast<const char*>(text) : std::string_view();
}
YamlMark mark_of(const yaml_mark_t& mark) {
  return {mark.line, mark.column};
}

struct Event {
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
  yaml_event_t raw{};
};

bool same_key(const YamlValue& a, const YamlValue& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case YamlKind::null:
      return true;
    case YamlKind::boolean:
      return a.truth == b.truth;
    case YamlKind::number:
      return a.number == b.number;
    case YamlKind::text:
      return a.text == b.text;
    default:
      return false;
  }
}

std::size_t count_values(const YamlValue& value) {
  std::size_t count = 1;
  for (const auto& item : value.items) count += count_values(item);
  for (const auto& pair : value.pairs) count += 1 + count_values(pair.value);
  return count;
}

// Where a value stands: how far in the lines of it have to be, and how deep it is.
struct Place {
  std::size_t indent_next = 0;
  std::size_t depth = 0;
  bool in_flow = false;
};

// One pass over the events of libyaml.
class Reading {
 public:
  Reading(std::string_view text, const YamlLimits& limits) : text_(text), limits_(limits) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    // Without a line end, a block of text would end without one: upstream's parser adds it.
    input_.reserve(text.size() + 1);
    input_ = text;
    if (!text.ends_with('\n')) input_ += '\n';
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(input_.data()), input_.size());
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() { yaml_parser_delete(&parser_); }

  std::expected<YamlValue, YamlProblem> read() {
    YamlValue root;
    if (read_document(root)) return root;
    return std::unexpected(std::move(*problem_));
  }

  // Rewrites what libyaml stopped at and upstream takes. False: it is nothing of the kind.
  bool shield_refused(std::string& text) const {
    std::string_view problem = parser_.problem ? parser_.problem : "";
    std::string_view context = parser_.context ? parser_.context : "";
    bool is_escape = problem == "found invalid Unicode character escape code";
    if (!is_escape && context != "while scanning an anchor" && context != "while scanning an alias") return false;
    auto at = mark_of(parser_.context_mark);
    YamlLines lines(text);
    auto byte = static_cast<std::size_t>(lines.from(at.line, at.column).data() - text.data());
    return is_escape ? shield_surrogates(text, byte) : shield_reference(text, byte);
  }

 private:
  bool read_document(YamlValue& root) {
    Event start, document, end;
    if (!next(start) || !next(document)) return false;
    if (document.raw.type == YAML_STREAM_END_EVENT) return true;
    in_document_ = false;
    if (!read_value(root, {})) return false;
    Event document_end;
    if (!next(document_end) || !next(end)) return false;
    if (end.raw.type != YAML_STREAM_END_EVENT) {
      return stop("MULTIPLE_DOCS", "Source contains multiple documents", end.raw.start_mark.line);
    }
    if (unresolved_.empty()) return true;
    problem_ =
        YamlProblem{"YAML_EXCEPTION", "Unresolved alias (the anchor must be set before the alias): " + unresolved_,
                    description_line_.value_or(0), description_line_.has_value()};
    return false;
  }

  bool next(Event& event) {
    if (yaml_parser_parse(&parser_, &event.raw)) return true;
    YamlStop stop{.problem = parser_.problem ? parser_.problem : "",
                  .context = parser_.context ? parser_.context : "",
                  .at = mark_of(parser_.problem_mark),
                  .context_at = mark_of(parser_.context_mark),
                  .in_document = in_document_,
                  .after_scalar = after_scalar_,
                  .after_value = after_value_,
                  .key_at = key_at_,
                  .last_at = last_at_,
                  .last_end = last_end_,
                  .indent_next = place_.indent_next,
                  .in_flow = place_.in_flow,
                  .flow_line = flow_line_,
                  .flow_indent_next = flow_indent_next_};
    problem_ = problem_of(stop, lines());
    return false;
  }

  bool read_value(YamlValue& out, Place place) {
    place_ = place;
    Event event;
    return next(event) && take(event.raw, out, place);
  }

  bool take(const yaml_event_t& event, YamlValue& out, Place place) {
    in_document_ = true;
    after_scalar_ = event.type == YAML_SCALAR_EVENT;
    after_value_ = false;
    last_at_ = mark_of(event.start_mark);
    last_end_ = mark_of(event.end_mark);
    if (++values_ > limits_.values_max) return stop("YAML_EXCEPTION", "has too many values", event.start_mark.line);
    if (place.depth > limits_.depth_max) return stop("YAML_EXCEPTION", "nests too deep", event.start_mark.line);
    std::string anchor;
    bool taken = false;
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        return take_alias(view(event.data.alias.anchor), out);
      case YAML_SCALAR_EVENT:
        anchor = view(event.data.scalar.anchor);
        taken = take_scalar(event, out, place);
        break;
      case YAML_SEQUENCE_START_EVENT:
        anchor = view(event.data.sequence_start.anchor);
        taken = take_list(event, out, place);
        break;
      case YAML_MAPPING_START_EVENT:
        anchor = view(event.data.mapping_start.anchor);
        taken = take_map(event, out, place);
        break;
      default:
        return stop("UNEXPECTED_TOKEN", "unexpected text", event.start_mark.line);
    }
    if (taken && !anchor.empty()) anchors_.emplace_back(std::move(anchor), out);
    return taken;
  }

  bool take_alias(std::string_view name, YamlValue& out) {
    auto found = std::find_if(anchors_.rbegin(), anchors_.rend(), [&](const auto& one) { return one.first == name; });
    if (found == anchors_.rend()) {
      if (unresolved_.empty()) unresolved_ = name;
      return true;
    }
    values_ += count_values(found->second);
    if (values_ > limits_.values_max) return stop("YAML_EXCEPTION", "Excessive alias count", last_end_.line);
    out = found->second;
    return true;
  }

  bool take_scalar(const yaml_event_t& event, YamlValue& out, Place place) {
    const auto& scalar = event.data.scalar;
    bool quoted = scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE || scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (quoted && event.end_mark.line > event.start_mark.line) {
      auto outdented = lines().first_outdented(event.start_mark.line + 1, event.end_mark.line, place.indent_next);
      if (outdented != YamlLines::npos) return stop("MISSING_CHAR", "Missing closing quote", outdented);
    }
    std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    auto tag = view(scalar.tag);
    bool resolves = tag.empty() ? scalar.style == YAML_PLAIN_SCALAR_STYLE
                                : tag.starts_with(kCoreTag) && tag != "tag:yaml.org,2002:str";
    if (resolves) {
      out = plain_value(text);
      if (out.kind != YamlKind::text) return true;
    }
    out.kind = YamlKind::text;
    out.text = unshield(text);
    return true;
  }

  // Enters [ or {. True when it is the outermost.
  bool enter_flow(const yaml_event_t& event, const Place& place) {
    if (place.in_flow) return false;
    flow_line_ = event.start_mark.line;
    flow_indent_next_ = place.indent_next;
    return true;
  }

  bool leave_flow(std::size_t first_line, const yaml_event_t& end, std::size_t indent) {
    if (end.end_mark.line == first_line) return true;
    auto line = outdented_in_flow(lines(), first_line + 1, mark_of(end.end_mark), indent);
    return line == YamlLines::npos ||
           stop("BAD_INDENT", "Flow collection in block collection must be sufficiently indented", line);
  }

  bool take_list(const yaml_event_t& event, YamlValue& out, Place place) {
    out.kind = YamlKind::list;
    bool is_flow = event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    bool outermost = is_flow && enter_flow(event, place);
    Place inner{is_flow ? place.indent_next : event.start_mark.column + 1, place.depth + 1, place.in_flow || is_flow};
    while (true) {
      place_ = inner;
      Event item;
      if (!next(item)) return false;
      if (item.raw.type == YAML_SEQUENCE_END_EVENT) {
        last_end_ = mark_of(item.raw.end_mark);
        return !outermost || leave_flow(event.start_mark.line, item.raw, place.indent_next);
      }
      if (!take(item.raw, out.items.emplace_back(), inner)) return false;
    }
  }

  bool take_map(const yaml_event_t& event, YamlValue& out, Place place) {
    out.kind = YamlKind::map;
    bool is_flow = event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    bool outermost = is_flow && enter_flow(event, place);
    Place inner{place.indent_next, place.depth + 1, place.in_flow || is_flow};
    while (true) {
      place_ = inner;
      Event key;
      if (!next(key)) return false;
      if (key.raw.type == YAML_MAPPING_END_EVENT) {
        last_end_ = mark_of(key.raw.end_mark);
        return !outermost || leave_flow(event.start_mark.line, key.raw, place.indent_next);
      }
      YamlPair pair{.key = {}, .value = {}, .line = key.raw.start_mark.line, .column = key.raw.start_mark.column};
      if (!take(key.raw, pair.key, inner)) return false;
      for (const auto& other : out.pairs) {
        if (same_key(other.key, pair.key)) return stop("DUPLICATE_KEY", "Map keys must be unique", pair.line);
      }
      if (!is_flow) inner.indent_next = pair.column + 1;
      if (!read_pair_value(pair, inner)) return false;
      out.pairs.push_back(std::move(pair));
    }
  }

  bool read_pair_value(YamlPair& pair, Place place) {
    place_ = place;
    Event event;
    if (!next(event)) return false;
    bool is_description = place.depth == 1 && pair.key.kind == YamlKind::text && pair.key.text == "description";
    if (is_description && event.raw.type == YAML_ALIAS_EVENT && !description_line_) description_line_ = pair.line;
    if (!take(event.raw, pair.value, place)) return false;
    after_value_ = after_scalar_;
    key_at_ = {pair.line, pair.column};
    return true;
  }

  bool stop(std::string_view code, std::string_view message, std::size_t line) {
    problem_ = YamlProblem{std::string(code), std::string(message), line, true};
    return false;
  }

  const YamlLines& lines() {
    if (!lines_) lines_.emplace(text_);
    return *lines_;
  }

  std::string_view text_;
  std::string input_;
  YamlLimits limits_;
  yaml_parser_t parser_{};
  std::optional<YamlLines> lines_;
  std::optional<YamlProblem> problem_;
  std::vector<std::pair<std::string, YamlValue>> anchors_;
  std::string unresolved_;                       // the first alias of nothing
  std::optional<std::size_t> description_line_;  // of a description that is an alias
  std::size_t values_ = 0;
  std::size_t flow_line_ = 0;
  std::size_t flow_indent_next_ = 0;
  Place place_;  // of what is read next
  bool in_document_ = false;
  bool after_scalar_ = false;
  bool after_value_ = false;
  YamlMark key_at_, last_at_, last_end_;
};

}  // namespace

std::expected<YamlValue, YamlProblem> read_yaml(std::string_view text, const YamlLimits& limits) {
  std::optional<std::string> shielded = shield(text);
  for (int rewrites = 0;; ++rewrites) {
    Reading reading(shielded ? std::string_view(*shielded) : text, limits);
    auto read = reading.read();
    if (read || rewrites == kRewritesMax) return read;
    std::string rewritten = shielded ? *shielded : std::string(text);
    if (!reading.shield_refused(rewritten)) return read;
    shielded = std::move(rewritten);
  }
}

}  // namespace chela::runtime::skills
