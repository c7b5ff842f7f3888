#pragma once

// The URL of an outgoing request, taken apart as strictly as its security needs: who is asked, and how it may be shown.

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::net {

struct EgressUrl {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, IPv6 without brackets
  std::uint16_t port = 0;
  std::string path;   // from the first `/`; "/" when absent
  std::string query;  // from `?`, or empty; fragments are dropped

  // `scheme://host[:port]`; two URLs with the same origin may see the same credentials.
  std::string origin() const;
  // `host:port`, as permissions name it.
  std::string authority() const { return host + ":" + std::to_string(port); }
  // Without the query, for errors and logs.
  std::string shown() const { return origin() + path; }
  std::string text() const { return origin() + path + query; }
};

// Errors: invalid_argument with the reason: another scheme, no host, user or password in the URL, a character that has
// to be percent-encoded, a placeholder in scheme or host.
Result<EgressUrl> parse_egress_url(std::string_view text);

inline constexpr std::string_view kUnreserved = "-._~";  // beside ASCII letters and digits

// As a part of a path or a value of a query takes it: all but letters, digits and `kept` as %XX.
std::string percent_encoded(std::string_view text, std::string_view kept = kUnreserved);

}  // namespace chela::net
