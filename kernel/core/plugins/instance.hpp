#pragma once

// One plugin running in this process, behind its C ABI. Loop thread only.
// Consumers hold a shared_ptr while they use it; stop() has completed or cancelled the plugin's work by then, and the
// instance is destroyed when the last consumer lets go.

#include <memory>
#include <string>
#include <string_view>

#include "chela/abi.h"
#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/host_services.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::plugins {

class Instance {
 public:
  // Calls the entry's create().
  static Result<std::shared_ptr<Instance>> create(const chela_entry& entry, std::shared_ptr<const Manifest> manifest,
                                                  const HostEnvironment& environment);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  Result<void> configure(std::string_view json);
  Result<void> start();
  // Ends what the plugin asked of the host (its listeners are told), then stops it.
  void stop();

  // The plugin's side of an interface, or null.
  template <class Extension>
  const Extension* extension(std::string_view id) const {
    auto* found = static_cast<const Extension*>(find_extension(id));
    // An extension shorter than its first function pointer is no extension at all.
    return found && found->struct_size >= 2 * sizeof(void*) ? found : nullptr;
  }
  const chela_plugin* plugin() const { return plugin_; }
  const Manifest& manifest() const { return *manifest_; }

 private:
  Instance(std::shared_ptr<const Manifest> manifest, const HostEnvironment& environment)
      : manifest_(std::move(manifest)), services_(*manifest_, environment) {}
  const void* find_extension(std::string_view id) const;

  std::shared_ptr<const Manifest> manifest_;
  HostServices services_;
  const chela_plugin* plugin_ = nullptr;
  bool started_ = false;
};

}  // namespace chela::plugins
