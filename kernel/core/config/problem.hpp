#pragma once

// What is wrong with a configuration. All problems of a document are reported at once.

#include <string>
#include <string_view>
#include <vector>

namespace chela::config {

// An error keeps the configuration from being used; a warning does not.
enum class Severity { error, warning };

// One row per code: what it means, and what to do. The constants and the reference are made from this list.
#define CHELA_CONFIG_PROBLEM_MAP(X)                                                                              \
  X(config_unreadable, "the file cannot be read",                                                                \
    "make it readable to who runs the gateway, or name another with `--config`")                                 \
  X(config_syntax, "the file is not JSON5", "mend the place that the message names")                             \
  X(config_unknown_key, "no module knows the key; probably a typing slip",                                       \
    "take the name that is proposed, or remove the key")                                                         \
  X(config_unsupported_key, "OpenClaw has the key, this version does not support it; it is ignored",             \
    "nothing, or remove the key; `$include` is an error: put the content of the file in its place")              \
  X(config_unowned, "the part belongs to a plugin that is not installed; it is ignored",                         \
    "install the plugin, or remove the part")                                                                    \
  X(config_bad_override, "an environment variable or a setting of the command line cannot be applied",           \
    "mend or remove the one that is named")                                                                      \
  X(config_unresolved_reference, "a ${NAME} in a value names an environment variable that is not set",           \
    "set the variable for the gateway")                                                                          \
  X(config_type_mismatch, "the value has the wrong type", "give a value that the message allows")                \
  X(config_enum_mismatch, "the value is none of those allowed", "give a value that the message allows")          \
  X(config_const_mismatch, "the value is not the one allowed", "give a value that the message allows")           \
  X(config_required_missing, "a required key is missing", "add the key")                                         \
  X(config_additional_property, "the plugin's schema does not know the key",                                     \
    "take the name that is proposed, or remove the key")                                                         \
  X(config_min_items, "the list is too short", "give a value that the message allows")                           \
  X(config_max_items, "the list is too long", "give a value that the message allows")                            \
  X(config_min_length, "the text is too short", "give a value that the message allows")                          \
  X(config_max_length, "the text is too long", "give a value that the message allows")                           \
  X(config_min_properties, "the object has too few members", "give a value that the message allows")             \
  X(config_max_properties, "the object has too many members", "give a value that the message allows")            \
  X(config_pattern_mismatch, "the text does not have the required form", "give a value that the message allows") \
  X(config_minimum, "the number is too small", "give a value that the message allows")                           \
  X(config_maximum, "the number is too large", "give a value that the message allows")                           \
  X(config_multiple_of, "the number is not a multiple of the step", "give a value that the message allows")      \
  X(config_unique_items, "the list repeats an item", "remove the repetition")                                    \
  X(config_any_of_mismatch, "the value has none of the forms allowed", "give a value that the message allows")   \
  X(config_one_of_mismatch, "the value has none, or more than one, of the forms allowed",                        \
    "give a value that the message allows")                                                                      \
  X(config_not_allowed, "the value has a form that is excluded", "give a value that the message allows")         \
  X(invalid_schema, "a slice's schema is malformed", "the plugin's author has to mend its `configSchema`")       \
  X(invalid_schema_pattern, "a slice's schema has a pattern that cannot be compiled",                            \
    "the plugin's author has to mend its `configSchema`")                                                        \
  X(unsupported_schema_keyword, "a slice's schema uses a keyword that is not supported",                         \
    "the plugin's author has to mend its `configSchema`")

namespace problem_code {
#define CHELA_CONFIG_PROBLEM_CODE(name, meaning, remedy) inline constexpr char name[] = #name;
CHELA_CONFIG_PROBLEM_MAP(CHELA_CONFIG_PROBLEM_CODE)
#undef CHELA_CONFIG_PROBLEM_CODE
}  // namespace problem_code

struct Problem {
  std::string code;  // of problem_code
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
