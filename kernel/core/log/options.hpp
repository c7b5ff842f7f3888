#pragma once

// The `logging` slice of the configuration.

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/log/logger.hpp"

namespace chela::log {

// The slice's JSON Schema text.
std::string_view options_schema();

// What the slice, which fits the schema, asks for. Null or an empty object gives the defaults.
LogOptions read_options(const nlohmann::json& slice);

}  // namespace chela::log
