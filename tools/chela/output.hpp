#pragma once

// What commands print: results on standard output, everything else on standard error.

#include <cstdio>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela::cli {

void print(std::string_view text);       // to standard output, flushed
void print_json(const nlohmann::json& value);
void complain(std::string_view message);  // `chela: <message>` to standard error
int fail_with(const Error& error);        // complains; kFailed

}  // namespace chela::cli
