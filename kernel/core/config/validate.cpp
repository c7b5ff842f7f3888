#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/config/pattern.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/schema_walk.hpp"
#include "kernel/core/config/validator.hpp"

namespace chela::config {
namespace {

using namespace problem_code;
using nlohmann::json;

constexpr std::size_t kShownBytesMax = 40;

// What the library says, by how it starts, and our code for it. An empty code: it only says that something deeper
// failed, which is reported itself.
struct Translation {
  std::string_view start;
  std::string_view code;
};
constexpr Translation kTranslations[] = {
    {"Value type not permitted", config_type_mismatch},
    {"Failed to match against any enum", config_enum_mismatch},
    {"Failed to match expected value", config_const_mismatch},
    {"Expected number less", config_maximum},
    {"Expected number greater", config_minimum},
    {"Array should contain no more", config_max_items},
    {"Array contains more items", config_max_items},
    {"Array should contain no fewer", config_min_items},
    {"String should be no more", config_max_length},
    {"String should be no fewer", config_min_length},
    {"Object should have no more", config_max_properties},
    {"Object should have no fewer", config_min_properties},
    {"Value should be a multiple", config_multiple_of},
    {"Value could not be converted", config_multiple_of},
    {"Failed to match regex", config_pattern_mismatch},
    {"Object contains a property", config_additional_property},
    {"Missing required property", config_required_missing},
    {"Missing dependency", config_required_missing},
    {"Failed to validate against any schemas allowed by anyOf", config_any_of_mismatch},
    {"Failed to validate against any child schemas", config_one_of_mismatch},
    {"Failed to validate against exactly one", config_one_of_mismatch},
    {"Elements at indexes", config_unique_items},
    {"Target should not validate", config_not_allowed},
    {"Failed to any values", config_not_allowed},
    {"Failed to validate against a conditional", config_not_allowed},
    {"Failed to validate item", ""},
    {"Failed to validate against additional properties", ""},
    {"Failed to validate against schema associated", ""},
    {"Failed to validate against dependent", ""},
    {"Target value and comparison value", ""},
};

std::string_view code_of(std::string_view description) {
  auto found = std::ranges::find_if(kTranslations, [&](const auto& row) { return description.starts_with(row.start); });
  return found == std::end(kTranslations) ? config_not_allowed : found->code;
}

// The name that the library put in quotes after `word`.
std::string quoted_after(std::string_view word, std::string_view description) {
  auto begin = description.find(word);
  auto end = description.rfind('\'');
  if (begin == std::string_view::npos || begin + word.size() >= end) return {};
  return std::string(description.substr(begin + word.size(), end - begin - word.size()));
}

std::string_view name_of_type(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "true or false";
  return value.is_number() ? "a number" : "null";
}

// The value as a person wrote it when it is short and harmless, else what kind of value it is.
std::string show(const json& value, bool secret) {
  if (value.is_structured() || (secret && value.is_string())) return std::string(name_of_type(value));
  std::string text = json_text(value);
  if (text.size() <= kShownBytesMax) return text;
  return fmt::format("{}…", cut_utf8(text, kShownBytesMax));
}

std::string nearest_choice(const json& schema, const json& value) {
  const auto* choices = find_member(schema, "enum");
  if (!choices || !choices->is_array() || !value.is_string()) return {};
  std::vector<std::string_view> names;
  for (const auto& choice : *choices) {
    if (choice.is_string()) names.push_back(choice.get_ref<const std::string&>());
  }
  return std::string(nearest(value.get_ref<const std::string&>(), names));
}

class Judge {
 public:
  Judge(const json& schema, const json& document) : schema_(schema), document_(document) {}

  std::vector<Problem> judge() {
    refuse_long_subjects(document_, {});
    refuse_endless_numbers(document_, {});
    if (!problems_.empty()) return std::move(problems_);
    auto findings = run_validator(schema_, document_);
    std::vector<Path> covered;  // explained as a whole; what is beneath is noise
    for (const auto& finding : findings) {
      std::string_view code = code_of(finding.description);
      bool choice = code == config_any_of_mismatch || code == config_one_of_mismatch;
      if (choice && !is_covered(covered, finding.path)) explain_choice(finding, findings, covered);
    }
    for (const auto& finding : findings) {
      if (!is_covered(covered, finding.path)) explain(finding);
    }
    if (problems_.empty() && !findings.empty()) add(config_not_allowed, findings[0].path, findings[0].description);
    return std::move(problems_);
  }

 private:
  static bool is_covered(const std::vector<Path>& covered, const Path& path) {
    return std::ranges::any_of(covered, [&](const Path& part) { return path.starts_with(part); });
  }

  void add(std::string_view code, const Path& path, std::string message, std::string suggestion = {}) {
    Problem problem{std::string(code), Severity::error, path.text(), std::move(message), {}, std::move(suggestion)};
    auto same = [&](const Problem& other) { return other.code == problem.code && other.path == problem.path; };
    if (std::ranges::none_of(problems_, same)) problems_.push_back(std::move(problem));
  }

  // None of several forms fits. Where only one of them could have been meant, its own complaints say more.
  void explain_choice(const Finding& finding, const std::vector<Finding>& findings, std::vector<Path>& covered) {
    Path path = outermost_choice(finding.path, findings);
    covered.push_back(path);
    const json* schema = find_schema(schema_, path);
    const json* value = path.find_in(document_);
    if (!schema || !value) return add(code_of(finding.description), path, "the value has none of the forms allowed");
    const json* meant = value->is_structured() ? only_form_for(*schema, type_of(*value)) : nullptr;
    if (meant) {
      for (auto& problem : Judge(*meant, *value).judge()) {
        problem.path = path.text() + problem.path.substr(1);
        problems_.push_back(std::move(problem));
      }
      return;
    }
    bool several = finding.description.starts_with("Failed to validate against exactly one");
    add(code_of(finding.description), path,
        fmt::format("expected {}{}, found {}", several ? "exactly one of these forms: " : "", describe(*schema),
                    show(*value, is_secret(schema_, path))),
        nearest_choice(*schema, *value));
  }

  // Choices nest: the finding of an inner one comes first.
  Path outermost_choice(const Path& path, const std::vector<Finding>& findings) const {
    Path best = path;
    for (const auto& other : findings) {
      std::string_view code = code_of(other.description);
      bool choice = code == config_any_of_mismatch || code == config_one_of_mismatch;
      if (choice && best.starts_with(other.path)) best = other.path;
    }
    return best;
  }

  static const json* only_form_for(const json& schema, std::string_view type) {
    const json* only = nullptr;
    for (auto keyword : {"anyOf", "oneOf"}) {
      const auto* list = find_member(schema, keyword);
      if (!list || !list->is_array()) continue;
      for (const auto& form : *list) {
        if (!form.is_object() || !admits_type(form, type)) continue;
        if (only) return nullptr;
        only = &form;
      }
    }
    return only;
  }

  void explain(const Finding& finding) {
    std::string_view code = code_of(finding.description);
    if (code.empty()) return;
    if (code == config_required_missing) {
      std::string key = quoted_after("'", finding.description);
      return add(code, finding.path.child(key), fmt::format("the key \"{}\" is required here", key));
    }
    if (code == config_additional_property) {
      return add(code, finding.path.child(quoted_after("constraints: '", finding.description)), "unknown key");
    }
    const json* schema = find_schema(schema_, finding.path);
    const json* value = finding.path.find_in(document_);
    if (!schema || !value) return add(code, finding.path, finding.description);
    if (code == config_unique_items) return add(code, finding.path, "the list holds the same item twice");
    if (code == config_multiple_of) {
      const auto* step = find_member(*schema, "multipleOf");
      return add(
          code, finding.path,
          fmt::format("expected a multiple of {}, found {}", step ? step->dump() : "the step", show(*value, false)));
    }
    if (code == config_not_allowed) return add(code, finding.path, "this combination of values is not allowed here");
    std::string found =
        code == config_max_length || code == config_min_length
            ? fmt::format("one of {} bytes", value->is_string() ? value->get_ref<const std::string&>().size() : 0)
        : value->is_array() && code.ends_with("_items") ? fmt::format("{} items", value->size())
                                                        : show(*value, is_secret(schema_, finding.path));
    add(code, finding.path, fmt::format("expected {}, found {}", describe(*schema), found),
        code == config_enum_mismatch ? nearest_choice(*schema, *value) : "");
  }

  void refuse_long_subjects(const json& value, const Path& path) {
    if (value.is_string() && value.get_ref<const std::string&>().size() > kPatternSubjectBytesMax) {
      const json* schema = find_schema(schema_, path);
      bool matched =
          schema && std::ranges::any_of(forms_of(*schema), [](auto* form) { return form->contains("pattern"); });
      if (matched) {
        add(config_pattern_mismatch, path, fmt::format("the text is longer than {} bytes", kPatternSubjectBytesMax));
      }
    }
    if (value.is_object()) {
      for (const auto& [key, member] : value.items()) refuse_long_subjects(member, path.child(key));
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) refuse_long_subjects(value[i], path.child(i));
    }
  }

  // JSON5 has them, JSON and every limit have not.
  void refuse_endless_numbers(const json& value, const Path& path) {
    if (value.is_number_float() && !std::isfinite(value.get<double>())) {
      add(config_type_mismatch, path, "NaN and Infinity are no settings; give a number");
    }
    if (value.is_object()) {
      for (const auto& [key, member] : value.items()) refuse_endless_numbers(member, path.child(key));
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) refuse_endless_numbers(value[i], path.child(i));
    }
  }

  const json& schema_;
  const json& document_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> validate(const json& schema, const json& document) { return Judge(schema, document).judge(); }

}  // namespace chela::config
