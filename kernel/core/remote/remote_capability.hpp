#pragma once

// chela.capability/1 of a plugin in a host process: capability.invoke on the wire.

#include "chela/ext/capability.h"

namespace chela::remote {

extern const chela_plugin_capability kRemoteCapability;

}  // namespace chela::remote
