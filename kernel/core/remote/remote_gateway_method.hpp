#pragma once

// chela.gateway_method/1 of a plugin in a host process: gatewayMethod.call on the wire.

#include "chela/ext/gateway_method.h"

namespace chela::remote {

extern const chela_plugin_gateway_method kRemoteGatewayMethod;

}  // namespace chela::remote
