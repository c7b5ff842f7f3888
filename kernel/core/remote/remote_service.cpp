#include "kernel/core/remote/remote_service.hpp"

#include <string>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/remote/remote_instance.hpp"

namespace chela::remote {
namespace {

chela_status start_service(const chela_plugin* plugin, chela_str id, const chela_service_monitor* monitor,
                           const chela_error_sink*) {
  RemoteInstance::of(plugin).watch_for(std::string(plugins::from_abi(id)), [monitor] {
    monitor->fail(monitor, CHELA_UNAVAILABLE, plugins::to_abi("the process that it runs in has ended"));
  });
  return CHELA_OK;
}

void stop_service(const chela_plugin* plugin, chela_str id) {
  RemoteInstance::of(plugin).watch_for(std::string(plugins::from_abi(id)), nullptr);
}

}  // namespace

const chela_plugin_service kRemoteService = {sizeof(chela_plugin_service), &start_service, &stop_service};

}  // namespace chela::remote
