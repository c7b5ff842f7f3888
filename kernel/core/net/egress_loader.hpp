#pragma once

// Brings the egress module into the process. Blocking; any thread.

#include <filesystem>

#include "kernel/core/base/error.hpp"
#include "kernel/core/net/egress_engine.hpp"

namespace chela::net {

// `libchela_egress` in `../lib` of the executable.
Result<std::filesystem::path> default_egress_module();

// Loads the module for good and prepares it. Loading it again is cheap. Errors: those of SharedLibrary::load();
// unsupported for a module of another build; unavailable when it cannot be prepared.
Result<const EgressModule*> load_egress_module(const std::filesystem::path& file);

}  // namespace chela::net
