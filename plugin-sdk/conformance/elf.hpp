#pragma once

// Reads a shared library as a file, without loading it.

#include <string>
#include <vector>

namespace chela::conformance {

// The names that a 64-bit ELF library defines for others. Throws std::runtime_error when it is none or is damaged.
std::vector<std::string> exported_symbols(const std::string& path);

// What of its memory a 64-bit ELF library wants both written and executed; empty when nothing. Throws likewise.
std::string unprotected_memory(const std::string& path);

}  // namespace chela::conformance
