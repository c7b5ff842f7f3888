#pragma once

// Compares what a started plugin offers with what its manifest declares.

#include <vector>

#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/instance.hpp"

namespace chela::plugins {

// Errors for what is offered and not declared, or declared and not offered. Empty when both agree.
std::vector<Diagnostic> check_capabilities(const Instance& instance);

}  // namespace chela::plugins
