#pragma once

// chela.hook/1 of a plugin in a host process: hook.run on the wire.

#include "chela/ext/hook.h"

namespace chela::remote {

extern const chela_plugin_hook kRemoteHook;

}  // namespace chela::remote
