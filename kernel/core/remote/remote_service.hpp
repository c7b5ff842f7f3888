#pragma once

// chela.service/1 of a plugin in a host process. Services begin and end with their plugin there (plugin.start, plugin.stop);
// what is known here is the end of the process.

#include "chela/ext/service.h"

namespace chela::remote {

extern const chela_plugin_service kRemoteService;

}  // namespace chela::remote
