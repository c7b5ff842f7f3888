#pragma once

// Text that hides as Base64, as \x41 escapes or as invisible tag characters. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

namespace chela::runtime::skills::scan {

inline constexpr std::size_t kEncodedMin = 12;         // bytes of text; shorter hides nothing
inline constexpr std::size_t kEncodedMax = 64U << 10;  // bytes of encoding that are looked at

// What the run of letters, escapes or tag characters says when it is text that a person or a shell could read; nothing
// for bytes that are no text.
std::optional<std::string> decoded_text(std::string_view run);

// `bytes` without the characters that a reader does not see and a model does: zero-width, joiners, direction marks,
// tags. Line ends stay.
std::string without_invisible(std::string_view bytes);
bool has_invisible(std::string_view bytes);

}  // namespace chela::runtime::skills::scan
