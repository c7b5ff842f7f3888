#include "kernel/core/plugins/local_instance.hpp"

#include "kernel/core/plugins/abi_text.hpp"

namespace chela::plugins {
namespace {

bool is_complete(const chela_plugin* plugin) {
  return CHELA_HAS(plugin, chela_plugin, destroy) && plugin->get_extension && plugin->configure && plugin->start &&
         plugin->stop && plugin->destroy;
}

}  // namespace

Result<std::shared_ptr<LocalInstance>> LocalInstance::create(const chela_entry& entry, std::shared_ptr<const Manifest> manifest,
                                                   const HostEnvironment& environment) {
  std::shared_ptr<LocalInstance> instance(new LocalInstance(std::move(manifest), environment));
  ErrorText error;
  const chela_plugin* plugin = nullptr;
  auto status = guarded(error, [&] {
    plugin = entry.create(instance->services_.host(), error.sink());
    return plugin ? CHELA_OK : CHELA_INTERNAL;
  });
  if (status != CHELA_OK) return std::unexpected(error.error("creating the plugin", status));
  if (!is_complete(plugin)) {
    guarded(error, [&] {
      if (CHELA_HAS(plugin, chela_plugin, destroy) && plugin->destroy) plugin->destroy(plugin);
      return CHELA_OK;
    });
    return fail(ErrorCode::protocol,
                "creating the plugin: it returned a chela_plugin that is too short or has null functions");
  }
  instance->plugin_ = plugin;
  instance->services_.open();
  return instance;
}

LocalInstance::~LocalInstance() {
  if (!plugin_) return;
  stop();
  services_.close();
  ErrorText error;
  guarded(error, [&] {
    plugin_->destroy(plugin_);
    return CHELA_OK;
  });
}

Result<void> LocalInstance::configure(std::string_view json) {
  ErrorText error;
  auto status = guarded(error, [&] { return plugin_->configure(plugin_, to_abi(json), error.sink()); });
  if (status != CHELA_OK) return std::unexpected(error.error("configuring the plugin", status));
  return {};
}

Result<void> LocalInstance::start() {
  ErrorText error;
  auto status = guarded(error, [&] { return plugin_->start(plugin_, error.sink()); });
  if (status != CHELA_OK) return std::unexpected(error.error("starting the plugin", status));
  started_ = true;
  return {};
}

void LocalInstance::stop() {
  if (!std::exchange(started_, false)) return;
  services_.close();  // before: nothing but destroy() may reach the plugin after its stop()
  ErrorText error;
  guarded(error, [&] {
    plugin_->stop(plugin_);
    return CHELA_OK;
  });
}

const void* LocalInstance::find_extension(std::string_view id) const {
  const void* found = nullptr;
  ErrorText error;
  guarded(error, [&] {
    found = plugin_->get_extension(plugin_, to_abi(id));
    return CHELA_OK;
  });
  return found;
}

}  // namespace chela::plugins
