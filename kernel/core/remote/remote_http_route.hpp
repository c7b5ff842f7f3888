#pragma once

// chela.http_route/1 of a plugin in a host process: httpRoute.handle on the wire.

#include "chela/ext/http_route.h"

namespace chela::remote {

extern const chela_plugin_http_route kRemoteHttpRoute;

}  // namespace chela::remote
