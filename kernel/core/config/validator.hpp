#pragma once

// The JSON Schema library behind one door. Internal to the schema files of this folder.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/config/path.hpp"

namespace chela::config {

// A failed check in the library's words.
struct Finding {
  Path path;
  std::string description;
};

// Every failed check, repeated ones and those that only say that something deeper failed included. The schema must
// have come out of prepare_schema, and no text that a pattern is applied to may be long.
std::vector<Finding> run_validator(const nlohmann::json& schema, const nlohmann::json& document);

// Why the library cannot use the schema, or empty.
std::string find_schema_defect(const nlohmann::json& schema);

}  // namespace chela::config
