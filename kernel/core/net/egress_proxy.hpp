#pragma once

// Which proxy a request takes. Any thread.

#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/net/egress_url.hpp"

namespace chela::net {

// The proxy settings of the process, in the meaning curl gives them.
struct ProxyEnvironment {
  std::string http;      // http_proxy, HTTP_PROXY
  std::string https;     // https_proxy, HTTPS_PROXY
  std::string all;       // all_proxy, ALL_PROXY: where the one above is not set
  std::string no_proxy;  // no_proxy, NO_PROXY: hosts, domain suffixes, addresses, CIDR blocks, or `*`
};

// Read from the environment; lower case wins.
ProxyEnvironment proxy_environment_of_process();

// True when an entry of `no_proxy` covers `host`: equal, a domain below it, the address, or in the block.
bool bypasses_proxy(std::string_view no_proxy, std::string_view host);

// The proxy URL that takes a request to `target`, or empty for a direct connection. `setting` is EgressRequest::proxy.
// Errors: invalid_argument for a proxy that is not an http, https, socks5 or socks5h URL.
Result<std::string> choose_proxy(const ProxyEnvironment& environment, std::string_view setting,
                                 const EgressUrl& target);

// The host of a proxy URL, without user, password and port; empty for none.
std::string_view host_of_proxy(std::string_view url);

}  // namespace chela::net
