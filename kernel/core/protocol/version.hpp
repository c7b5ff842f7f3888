#pragma once

// The version of the plugin protocol: same major, the lower minor of both sides is spoken.

#include <cstdint>

namespace chela::protocol {

constexpr std::uint64_t kVersionMajor = 1;
constexpr std::uint64_t kVersionMinor = 0;

// The descriptor that a host process finds its end of the connection at, and the variable that holds its token.
constexpr int kHostDescriptor = 3;
constexpr const char* kHostTokenVariable = "CHELA_HOST_TOKEN";

}  // namespace chela::protocol
