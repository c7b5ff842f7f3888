#pragma once

// Text as JavaScript sees it: what upstream's loader does to strings, on UTF-8. Lone surrogates, which JavaScript has
// and UTF-8 has not, stand as three bytes (WTF-8). Any thread.

#include <cstddef>
#include <string>
#include <string_view>

namespace chela::runtime::skills {

std::size_t space_length(std::string_view text, std::size_t at);  // bytes of the blank of JavaScript at `at`, or 0
std::string_view trim_start(std::string_view text);
std::string_view trim_end(std::string_view text);
std::string_view trim_blanks(std::string_view text);

// Malformed UTF-8 becomes U+FFFD, one for each longest malformed beginning of a sequence (WHATWG).
std::string decode_utf8(std::string_view bytes);

std::string number_text(double value);                                     // String(value)
std::size_t utf16_length(std::string_view text);                           // text.length
std::string_view cut_utf16(std::string_view text, std::size_t units_max);  // never between the halves of a character
void append_json_text(std::string& out, std::string_view text);            // JSON.stringify(text)

// Order of names for people, as a.localeCompare(b) has it for ASCII; what is not ASCII comes after, by code point.
int compare_names(std::string_view a, std::string_view b);
// What compare_names compares first, as bytes: for who sorts many. Names that are equal in it are compared as names.
std::string name_weights(std::string_view name);
bool utf16_less(std::string_view a, std::string_view b);  // a < b of JavaScript: by UTF-16 units

// The one word of a list that `text` is, blanks and case aside: true/1/yes/on and false/0/no/off; otherwise
// `otherwise`.
bool truth_of(std::string_view text, bool otherwise);

}  // namespace chela::runtime::skills
