#pragma once

// The checks of `chela doctor`: what is set up on this machine, without a running gateway. Blocking.

#include <string>
#include <string_view>
#include <vector>

#include "tools/chela/installation.hpp"

namespace chela::cli {

// One row per check: what it looks at, and what to do when it finds something. Names are stable.
#define CHELA_CHECK_MAP(X)                                                                                           \
  X(config, "whether the configuration can be read and holds no errors", "run `chela config validate`")              \
  X(runtime_mode, "which plugins the lane lets in", "set runtime.mode to auto")                                      \
  X(model, "whether a model service is configured", "set MODEL_PROVIDER_KEY, add models.providers, or start Ollama") \
  X(port_availability, "whether the port is free",                                                                   \
    "nothing when it is your gateway that listens (`chela health`); else set gateway.port")                          \
  X(workspace, "whether the workspace can be written", "give its owner the right to write, or set CHELA_HOME")       \
  X(public_bind, "whether it is safe to listen on the configured address", "change the key that is named")           \
  X(plugins, "whether every plugin has a manifest that can be read, and its library",                                \
    "mend, reinstall or remove the plugin that is named")                                                            \
  X(node, "whether there is a Node that plugins for it run in, new enough",                                          \
    "install Node 22.15 or newer, or set runtime.node.program to where one is")                                      \
  X(storage_writable, "whether the home can be written", "give its owner the right to write, or set CHELA_HOME")     \
  X(storage_free_space, "whether 100 MiB are free", "free some space: what cannot be written is not acknowledged")   \
  X(storage, "whether the database is sound", "restore a backup, or move the file away to begin anew")

enum class CheckId {
#define CHELA_CHECK_ENUM(name, meaning, remedy) name,
  CHELA_CHECK_MAP(CHELA_CHECK_ENUM)
#undef CHELA_CHECK_ENUM
};
std::string_view name_of(CheckId id);

enum class Status { pass, warn, fail, skip };
std::string_view name_of(Status status);

struct Check {
  CheckId id;
  Status status = Status::pass;
  std::string summary;

  std::string_view next_step() const;  // what to do; empty when nothing is wrong
};

std::vector<Check> run_checks(const Installation& installation);

}  // namespace chela::cli
