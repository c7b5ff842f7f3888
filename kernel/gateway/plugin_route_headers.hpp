#pragma once

// What of the headers crosses between clients and plugins' routes. Any thread.

#include <string>
#include <string_view>

#include "kernel/core/net/http_types.hpp"
#include "kernel/runtime/capabilities/route_call.hpp"

namespace chela::gateway {

// What a plugin sees of a request: nothing that authorises at the gateway, nothing of the connection, nothing by which a
// client could pass for another address. Authorization stays on routes where the plugin checks who asks, but for the
// gateway's own `token`.
runtime::RouteHeaders headers_for_plugin(const net::RequestHead& head, bool needs_token, std::string_view token);

// The request's path and query as a plugin sees them: without `token=` where that authorises.
std::string target_for_plugin(const net::RequestHead& head, bool drop_token);

// What a client sees of a plugin's answer. Dropped: what belongs to the connection, cookies (they would be the gateway's),
// and what would change how browsers treat the whole gateway. The answer stays what the gateway's answers are to
// browsers, and its pages get an origin of their own, so that no script of a plugin reads what the gateway's page keeps.
// Error `protocol` for a name or value that is none.
Result<net::Headers> headers_from_plugin(const runtime::RouteHead& head, bool needs_token);

}  // namespace chela::gateway
