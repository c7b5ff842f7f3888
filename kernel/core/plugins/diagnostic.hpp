#pragma once

// What is wrong with a plugin, for load reports, `plugins inspect` and the doctor. Codes are stable.

#include <string>
#include <string_view>

// One row per code. The configuration codes (config_*) are those of kernel/core/config.
#define CHELA_DIAGNOSTIC_MAP(X)                                                                       \
  X(invalid_manifest, "the manifest is not valid")                                                    \
  X(duplicate_plugin_id, "another plugin of the same id was found first")                             \
  X(duplicate_capability, "another plugin provides the same capability and was found first")          \
  X(duplicate_tool_name, "another plugin provides a tool of the same name and was found first")       \
  X(service_refused, "the manifest declares a service, or names a key, that belongs to another")      \
  X(entry_not_found, "the library that the manifest names does not exist")                            \
  X(entry_outside_root, "the library that the manifest names lies outside the plugin's folder")       \
  X(integrity_mismatch, "the library's hash is not the one recorded")                                 \
  X(jit_mode_required, "the plugin needs the dynamic lane (runtime.mode)")                            \
  X(operator_blocked, "the configuration disables the plugin")                                        \
  X(load_failed, "the library cannot be loaded")                                                      \
  X(probe_failed, "the plugin crashed or hung when it was tried in a process of its own")             \
  X(invalid_plugin_export, "the library does not export a valid door")                                \
  X(plugin_api_version_mismatch, "the plugin was built for another ABI")                              \
  X(manifest_mismatch, "the library and its manifest disagree on id or version")                      \
  X(undeclared_capability, "the code offers what the manifest does not declare")                      \
  X(missing_capability, "the manifest declares what the code does not offer")                         \
  X(create_failed, "the plugin could not be created")                                                 \
  X(configure_failed, "the plugin refused its configuration")                                         \
  X(start_failed, "the plugin could not be started")                                                  \
  X(requirement_missing, "a capability that the plugin requires is not there")

namespace chela::plugins {

enum class DiagnosticCode {
#define CHELA_DIAGNOSTIC_ENUM(name, meaning) name,
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
