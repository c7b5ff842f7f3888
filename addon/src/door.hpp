#pragma once

// A plugin's library, opened and checked as the gateway does it. Libraries stay mapped: threads of plugins may still
// run.

#include <expected>
#include <string>

#include "chela/abi.h"

namespace chela::addon {

struct Failure {
  chela_status status = CHELA_INTERNAL;
  std::string message;
};

// Any thread; blocks.
std::expected<const chela_entry*, Failure> open_door(const std::string& library, const std::string& id,
                                                     const std::string& version);

}  // namespace chela::addon
