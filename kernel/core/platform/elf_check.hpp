#pragma once

// The part of shared_library.hpp that reads ELF headers (System V ABI, chapters 4 and 5). Any thread. ELF systems only.

#include <cstdint>

#include "kernel/core/base/error.hpp"

namespace chela::platform {

// Is the open file a shared object for this processor, and do its headers, sections and segments lie inside it?
// Errors: corrupt for what is not ELF or is cut short, unsupported for another class, byte order, processor or type.
Result<void> check_elf(int descriptor, std::uint64_t file_size);

}  // namespace chela::platform
