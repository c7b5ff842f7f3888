#pragma once

// What is wrong with a plugin, for load reports, `plugins inspect` and the doctor. Codes are stable.

#include <string>
#include <string_view>

// One row per code: what it means, and what to do. The configuration codes (config_*) are those of kernel/core/config.
#define CHELA_DIAGNOSTIC_MAP(X)                                                                                     \
  X(invalid_manifest, "the manifest is not valid",                                                                  \
    "mend the place that the message names, or install the plugin again")                                           \
  X(duplicate_plugin_id, "another plugin of the same id was found first", "remove one of the two folders")          \
  X(duplicate_capability, "another plugin provides the same capability and was found first",                        \
    "disable one of the two: `plugins.entries.ID.enabled`")                                                         \
  X(duplicate_tool_name, "another plugin provides a tool of the same name and was found first",                     \
    "disable one of the two: `plugins.entries.ID.enabled`")                                                         \
  X(service_refused, "the manifest declares a service, or names a key, that belongs to another",                    \
    "disable the plugin that should not have it: `plugins.entries.ID.enabled`")                                     \
  X(ambiguous_default, "several could answer by default; the first by id does",                                     \
    "name the one that you want in the configuration")                                                              \
  X(entry_not_found, "the library that the manifest names does not exist", "build the plugin, or install it again") \
  X(entry_outside_root, "the library that the manifest names lies outside the plugin's folder",                     \
    "name a file of the folder in `library`; do not use a plugin of a stranger that does this")                     \
  X(integrity_mismatch, "the library's hash is not the one recorded",                                               \
    "install it again from where you trust it; do not use it as it is")                                             \
  X(jit_mode_required, "the plugin needs the dynamic lane (runtime.mode)",                                          \
    "set `runtime.mode` to `auto` or `dynamic`, or leave the plugin out")                                           \
  X(operator_blocked, "the configuration disables the plugin",                                                      \
    "nothing when that is meant; else see `plugins.allow`, `plugins.deny` and `plugins.entries`")                   \
  X(load_failed, "the library cannot be loaded",                                                                    \
    "install what the message names, or a build of the plugin for this machine")                                    \
  X(probe_failed, "the plugin crashed or hung when it was tried in a process of its own",                           \
    "the plugin's author has to mend it; `chela plugins check` shows where")                                        \
  X(invalid_plugin_export, "the library does not export a valid door",                                              \
    "the plugin's author has to mend it; `chela plugins check` shows where")                                        \
  X(plugin_api_version_mismatch, "the plugin was built for another ABI",                                            \
    "install a version of it for the ABI that `chela version` names")                                               \
  X(manifest_mismatch, "the library and its manifest disagree on id or version",                                    \
    "install the plugin again: parts of two versions are mixed")                                                    \
  X(undeclared_capability, "the code offers what the manifest does not declare",                                    \
    "the plugin's author has to mend it; `chela plugins check` shows where")                                        \
  X(missing_capability, "the manifest declares what the code does not offer",                                       \
    "the plugin's author has to mend it; `chela plugins check` shows where")                                        \
  X(create_failed, "the plugin could not be created", "do what the message says; else tell the author")             \
  X(configure_failed, "the plugin refused its configuration",                                                       \
    "change `plugins.entries.ID.config` as the message says")                                                       \
  X(start_failed, "the plugin could not be started", "do what the message says; else tell the author")              \
  X(calls_unanswered, "the plugin left calls without an answer and is given no more",                               \
    "`chela plugins restart ID`; the plugin's author has to mend it: `chela plugins check`")                           \
  X(process_lost, "the plugin's process ended by itself; it is started again when it is needed",                    \
    "look at the plugin's lines in the log; when it comes again, tell the author")                                  \
  X(quarantined, "the plugin's process ended by itself too often; it waits for the operator",                       \
    "look at `chela plugins logs ID`, mend or update it, then `chela plugins restart ID`")                        \
  X(requirement_missing, "a capability that the plugin requires is not there",                                      \
    "install or enable a plugin that provides it")

namespace chela::plugins {

enum class DiagnosticCode {
#define CHELA_DIAGNOSTIC_ENUM(name, meaning, remedy) name,
  CHELA_DIAGNOSTIC_MAP(CHELA_DIAGNOSTIC_ENUM)
#undef CHELA_DIAGNOSTIC_ENUM
};

std::string_view name_of(DiagnosticCode code);
std::string_view meaning_of(DiagnosticCode code);

enum class Severity { warning, error };

struct Diagnostic {
  Severity severity = Severity::error;
  DiagnosticCode code;
  std::string plugin_id;
  std::string message;
  std::string path;  // the file concerned, or the place in the manifest; may be empty
};

}  // namespace chela::plugins
