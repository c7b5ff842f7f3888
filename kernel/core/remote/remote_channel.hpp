#pragma once

// chela.channel/1 of a plugin in a host process: channel.* on the wire.

#include "chela/ext/channel.h"

namespace chela::remote {

extern const chela_plugin_channel kRemoteChannel;

}  // namespace chela::remote
