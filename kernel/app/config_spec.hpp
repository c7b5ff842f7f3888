#pragma once

// The shape of the configuration: the slices of all kernel modules.

#include "kernel/core/config/spec.hpp"

namespace chela::app {

// A defect in one of our own schemas is a broken invariant.
config::ConfigSpec kernel_config_spec();

}  // namespace chela::app
