#pragma once

// What libyaml refuses and upstream's parser takes: control characters, line ends that are none in YAML 1.2, escapes of
// surrogates, and odd names of anchors. They go through libyaml as characters of the private plane 16. Any thread.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chela::runtime::skills {

// The text with such characters replaced, or nullopt when there are none: the usual case, found without a copy.
std::optional<std::string> shield(std::string_view text);

// The double-quoted text that begins at byte `at` of `text`, its escaped surrogates written so that libyaml takes them.
// False: there were none.
bool shield_surrogates(std::string& text, std::size_t at);

// The name of the anchor or alias that begins at byte `at`, its odd characters replaced. False: there are none, or it
// ends in a colon, which upstream refuses.
bool shield_reference(std::string& text, std::size_t at);

std::string unshield(std::string_view text);

}  // namespace chela::runtime::skills
