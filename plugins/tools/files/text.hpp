#ifndef PLUGINS_TOOLS_FILES_TEXT_HPP
#define PLUGINS_TOOLS_FILES_TEXT_HPP
// What the bytes of a file are. Pure functions, any thread.

#include <cstddef>
#include <string>
#include <string_view>

namespace chela::tools::files {

// The length of the code point at the front of `text` (RFC 3629), 0 when there is none.
std::size_t utf8_length(std::string_view text);

// `text` with every invalid byte and every NUL replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

// Empty when `start`, the first bytes of a file, looks like text; else what it is: "a PNG image", "UTF-16 text".
std::string binary_kind(std::string_view start);

// "1234567" as "1,234,567".
std::string grouped(std::size_t number);

}  // namespace chela::tools::files
#endif
