#pragma once

// Text of models and tools on a terminal: nothing in it may steer the terminal.

#include <string>
#include <string_view>

namespace chela::cli {

bool is_terminal(int descriptor);
// Colour sequences when standard output is a terminal that wants them (NO_COLOR is respected), else nothing.
std::string dim(std::string_view text);
std::string bold(std::string_view text);

// Passes text on without control characters other than line end and tab. Escape sequences lose their ESC, also when
// they arrive in pieces; malformed UTF-8 becomes U+FFFD.
std::string for_terminal(std::string_view text);

}  // namespace chela::cli
