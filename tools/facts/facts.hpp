#pragma once

// Each function gives one chapter of the facts as JSON, straight from the tables of the code. Blocking.

#include <filesystem>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela::facts {

// Every key that the schemas of the kernel and of the plugins with these manifests know.
Result<nlohmann::json> configuration(const std::vector<std::filesystem::path>& manifests);
// Routes and metrics of a gateway that is put together in `home`, and the bounds that no key changes.
Result<nlohmann::json> gateway(const std::filesystem::path& home);
// Error codes, statuses of the ABI, close codes and exit codes.
nlohmann::json errors();
// Codes of diagnostics, of the configuration, of the doctor and of the conformance kit.
nlohmann::json diagnostics();
// The command line: the program, its commands and theirs.
nlohmann::json commands();

}  // namespace chela::facts
