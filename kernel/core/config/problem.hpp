#pragma once

// What is wrong with a configuration. All problems of a document are reported at once.

#include <string>
#include <string_view>
#include <vector>

namespace chela::config {

// An error keeps the configuration from being used; a warning does not.
enum class Severity { error, warning };

// One row per code: the codes, and their meaning in the reference.
#define CHELA_CONFIG_PROBLEM_MAP(X)                                                                     \
  X(config_unreadable, "the file cannot be read")                                                       \
  X(config_syntax, "the file is not JSON5")                                                             \
  X(config_unknown_key, "no module knows the key; probably a typing slip")                              \
  X(config_unsupported_key, "OpenClaw has the key, this version does not support it; it is ignored")    \
  X(config_unowned, "the part belongs to a plugin that is not installed; it is ignored")                \
  X(config_bad_override, "an environment variable or a setting of the command line cannot be applied")  \
  X(config_unresolved_reference, "a ${NAME} in a value names an environment variable that is not set")  \
  X(config_type_mismatch, "the value has the wrong type")                                               \
  X(config_enum_mismatch, "the value is none of those allowed")                                         \
  X(config_const_mismatch, "the value is not the one allowed")                                          \
  X(config_required_missing, "a required key is missing")                                               \
  X(config_additional_property, "the plugin's schema does not know the key")                            \
  X(config_min_items, "the list is too short")                                                          \
  X(config_max_items, "the list is too long")                                                           \
  X(config_min_length, "the text is too short")                                                         \
  X(config_max_length, "the text is too long")                                                          \
  X(config_min_properties, "the object has too few members")                                            \
  X(config_max_properties, "the object has too many members")                                           \
  X(config_pattern_mismatch, "the text does not have the required form")                                \
  X(config_minimum, "the number is too small")                                                          \
  X(config_maximum, "the number is too large")                                                          \
  X(config_multiple_of, "the number is not a multiple of the step")                                     \
  X(config_unique_items, "the list repeats an item")                                                    \
  X(config_any_of_mismatch, "the value has none of the forms allowed")                                  \
  X(config_one_of_mismatch, "the value has none, or more than one, of the forms allowed")               \
  X(config_not_allowed, "the value has a form that is excluded")                                        \
  X(invalid_schema, "a slice's schema is malformed")                                                    \
  X(invalid_schema_pattern, "a slice's schema has a pattern that cannot be compiled")                   \
  X(unsupported_schema_keyword, "a slice's schema uses a keyword that is not supported")

struct Problem {
  std::string code;  // a name of the table above
  Severity severity = Severity::error;
  std::string path;        // `$.a.b[0]`; empty when it is about the whole file
  std::string message;     // what is wrong and what was expected; never a secret's value
  std::string where;       // `chela.json:12:7`, `environment variable X`, `command line`; empty when unknown
  std::string suggestion;  // the nearest known key or value, or empty
  bool operator==(const Problem&) const = default;
};

// `chela.json:12:7: $.gateway.prot: unknown key, did you mean "port"? (config_unknown_key)`
std::string text_of(const Problem& problem);

bool has_errors(const std::vector<Problem>& problems);

}  // namespace chela::config
