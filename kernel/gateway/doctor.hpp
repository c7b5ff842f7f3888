#pragma once

// The report of the doctor: what is set up, and what is wrong. Loop thread only.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "kernel/gateway/context.hpp"

namespace chela::gateway {

// `configuration` is the application's part.
nlohmann::json doctor_report(const Context& context, nlohmann::json configuration);
// For people: sections of `- key: value` lines.
std::string doctor_text(const nlohmann::json& report);

// One plugin, as listings and reports show it.
nlohmann::json plugin_json(const plugins::Record& record);
nlohmann::json diagnostic_json(const plugins::Diagnostic& diagnostic);

}  // namespace chela::gateway
