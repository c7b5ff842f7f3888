#pragma once

// From a library to a checked entry: the only part that knows how a plugin's code gets into the process.

#include <memory>
#include <span>
#include <string_view>

#include "chela/abi.h"
#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::plugins {

// Why a plugin did not get through its door.
struct DoorError {
  DiagnosticCode code;
  std::string message;
};

// The entry of a plugin that is linked into this program, or null.
const chela_entry* find_linked_in(std::span<const chela_entry* const> linked_in, std::string_view plugin_id);

// Checks the library of `manifest` as a file: where it lies, its hash, and whether it is whole and for this machine.
// Runs no code of it. Blocks: worker thread.
std::expected<void, DoorError> check_library(const Manifest& manifest);

// Loads the library of `manifest`, once check_library() has passed it, and checks its entry. Blocks: worker thread. A
// loaded library stays mapped for good, since code of it may be live until the process ends. `name` other than 0, once
// each: the file may be another one than the last time, and is loaded as such; the same file is loaded once.
std::expected<const chela_entry*, DoorError> open_door(const Manifest& manifest, std::uint64_t name = 0);

// Checks size, ABI version, id, version and completeness against the manifest; runs no code of the plugin.
std::expected<void, DoorError> check_entry(const chela_entry& entry, const Manifest& manifest);

}  // namespace chela::plugins
