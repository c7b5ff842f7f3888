#pragma once

// Runtime lanes: what kinds of plugin code may run in this process.
//   static   only plugins that are linked in; of out-of-process plugins only tools, services and skills; no dlopen
//   dynamic  everything
//   auto     dynamic where this build can load libraries, else static
// `aot` and `jit` are accepted names of static and dynamic.

#include <optional>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::plugins {

enum class Lane { static_only, dynamic };
enum class LaneRequest { static_only, dynamic, automatic };
enum class Carrier { linked_in, native_library, out_of_process };

std::optional<LaneRequest> parse_lane(std::string_view text);
std::string_view name_of(Lane lane);
std::string_view name_of(LaneRequest request);

// True when this build can load plugin libraries at run time.
bool dynamic_code_supported();
// Error `unsupported` when the dynamic lane is asked of a build that cannot.
Result<Lane> resolve_lane(LaneRequest request);
// Whether `lane` lets code behind `carrier` provide capabilities of `kind`.
bool allows(Lane lane, Carrier carrier, std::string_view kind);

}  // namespace chela::plugins
