#pragma once

// The request target (RFC 9112 section 3.2) in one canonical form. Any thread.

#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::net {

struct Target {
  std::string path;            // see RequestHead::path
  std::string query;           // as sent
  std::string_view authority;  // of an absolute-form target; a view into the input
};

// Errors: `invalid_argument` for a target that has, or could have, a second reading. Spellings are refused, not
// repaired: percent-encoded slashes, backslashes, NUL and control characters, dot segments, empty segments,
// malformed percent-encoding, invalid UTF-8, fragments.
Result<Target> parse_target(std::string_view method, std::string_view target);

// Whether `host` is a well-formed Host value: a name, IPv4 or [IPv6] with an optional port.
bool is_valid_host(std::string_view host);

// %XX and + decoded; malformed sequences stay as they are. For query strings and forms.
std::string decode_query(std::string_view text);

}  // namespace chela::net
