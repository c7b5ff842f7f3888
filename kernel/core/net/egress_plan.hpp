#pragma once

// From an EgressRequest to what the engine sends: validation, placeholders, proxy. One plan for each hop.
// Loop thread only.

#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/net/egress_engine.hpp"
#include "kernel/core/net/egress_secrets.hpp"
#include "kernel/core/net/egress_url.hpp"

namespace chela::net {

// What one hop asks for. The first is the request itself; further ones come from redirects.
struct EgressHop {
  std::string method;
  EgressUrl url;
  Headers headers;
  std::shared_ptr<const std::string> body;
  bool url_is_ours = true;  // false for a URL that a server gave: a placeholder in it must not be expanded
};

// `METHOD URL` for errors.
std::string shown(const EgressHop& hop);

// Errors: invalid_argument for a malformed URL or method, or a header that is malformed or not the caller's to set.
Result<EgressHop> first_hop(EgressRequest& request);

// Where a redirect leads. Credentials and secrets stay behind when the origin changes. Errors: protocol, when
// `location` is no URL we follow or leads from https to http.
Result<EgressHop> redirected_hop(const EgressHop& from, int status, std::string_view location);

// Everything the engine needs; fills `secrets`. Errors: those of expand() and choose_proxy().
Result<EngineRequest> plan(const EgressHop& hop, const EgressRequest& request, const EgressOptions& options,
                           EgressSecrets& secrets);

}  // namespace chela::net
