#pragma once

// The commands of the program. Each function adds one to the command line; its callback sets the exit code:
// 0 done, 1 it failed, 2 it was called wrongly.

#include <CLI/App.hpp>

#include "kernel/core/base/clock.hpp"

namespace chela::cli {

void add_gateway_command(CLI::App& program, TimePoint started_at, int& exit_code);

}  // namespace chela::cli
