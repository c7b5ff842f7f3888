#pragma once

// Where the registry is, and the token for it. Any thread; reads a file.

#include <functional>
#include <string>

#include "kernel/core/base/error.hpp"

namespace chela::runtime::skills::hub {

inline constexpr const char* kDefaultAddress = "https://clawhub.ai";
inline constexpr const char* kDefaultCodeload = "https://codeload.github.com";

struct Address {
  std::string base = kDefaultAddress;  // without a final slash
  bool is_site = true;                 // its well-known file says where the interface is
  std::string token;                   // empty: none
  std::string token_origin;            // the one origin that may see the token
  std::string codeload = kDefaultCodeload;
};

// A variable of the environment; empty when it is not set.
using Variable = std::function<std::string(const char* name)>;

// `configured` if it is given, else OPENCLAW_CLAWHUB_URL, CLAWHUB_URL, CLAWHUB_REGISTRY, CLAWHUB_SITE, the default. The
// token is that of CLAWHUB_TOKEN or CLAWHUB_AUTH_TOKEN, else that of upstream's configuration file. Errors:
// invalid_argument for an address that is no http or https URL.
Result<Address> find_address(const std::string& configured, const Variable& variable);

}  // namespace chela::runtime::skills::hub
