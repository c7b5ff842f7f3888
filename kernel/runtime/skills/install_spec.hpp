#pragma once

// Entries of `install`, checked as upstream checks them. Any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/skills/manifest.hpp"

namespace chela::runtime::skills {

// Nothing for entries of other kinds, and those whose names are missing or unsafe.
std::optional<InstallSpec> read_install_spec(const nlohmann::json& entry);

// A list of texts: an array of anything, or one text with commas. Blank ones go.
std::vector<std::string> read_text_list(const nlohmann::json& object, const char* key);

std::string js_text_of(const nlohmann::json& value);  // String(value)

}  // namespace chela::runtime::skills
