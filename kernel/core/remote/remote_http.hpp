#pragma once

// http.send of a plugin in a host process: the same service that plugins in this process have, with the same
// permissions, secrets and limits; the response travels back as events. Loop thread only.

#include "chela/abi.h"
#include "kernel/core/rpc/peer.hpp"

namespace chela {
class Loop;
namespace protocol {
struct HttpSendParams;
}
}

namespace chela::remote {

// Sends what `params` say and answers `request`. `host` is the plugin's; closing its services ends the request.
void relay_http(Loop& loop, const chela_host* host, const protocol::HttpSendParams& params, rpc::Request request);

}  // namespace chela::remote
