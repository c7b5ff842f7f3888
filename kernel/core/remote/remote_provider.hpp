#pragma once

// chela.provider/1 of a plugin in a host process: provider.complete and provider.listModels on the wire.

#include "chela/ext/provider.h"

namespace chela::remote {

extern const chela_plugin_provider kRemoteProvider;

}  // namespace chela::remote
