#pragma once

// Small text operations that the standard library lacks. ASCII only where case matters: header names, ids, hosts.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chela {

std::string_view trim(std::string_view text);  // spaces, tabs, CR and LF at both ends
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
// Never empty: text without the separator is one piece.
std::vector<std::string_view> split(std::string_view text, char separator);
bool is_valid_utf8(std::string_view text);  // RFC 3629: no surrogates, no overlong forms, at most U+10FFFF
std::string repair_utf8(std::string_view text);  // each malformed byte becomes U+FFFD
// At most `bytes_max` bytes, cut between code points.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);  // RFC 4648 section 4, padded
// RFC 4648 section 4, padded; nullopt when it is malformed.
std::optional<std::string> from_base64(std::string_view text);
// RFC 4648 section 5, without padding; nullopt when it is malformed.
std::optional<std::string> from_base64url(std::string_view text);

// Appends `text` as a JSON string, quotes included. Malformed UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// True when objects and arrays of the JSON text `json` nest deeper than `depth_max`: asked before a tree is made of
// text from outside, since trees are copied and written recursively.
bool nests_deeper(std::string_view json, std::size_t depth_max);

// The candidate nearest to `word` by edit distance, or empty when none is near enough to be a typing slip.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace chela
