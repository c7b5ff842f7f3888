#pragma once

// One running plugin behind its C ABI, wherever it runs: in this process (local_instance.hpp), or in one of its own,
// in which case the functions send messages (kernel/core/remote). Loop thread only.
// Consumers hold a shared_ptr while they use it; stop() has completed or cancelled the plugin's work by then, and the
// instance is destroyed when the last consumer lets go.

#include <memory>
#include <string_view>

#include "chela/abi.h"
#include "kernel/core/plugins/manifest.hpp"
#include "kernel/core/plugins/registration.hpp"

namespace chela::plugins {

class Instance {
 public:
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  virtual ~Instance() = default;

  // Ends what the plugin asked of the host (its listeners are told), then stops it.
  virtual void stop() = 0;
  // True when its calls leave this process: none of them blocks a thread here, whatever the manifest says.
  virtual bool is_remote() const = 0;
  // What the code has registered, for a plugin whose manifest cannot say it; null when the manifest says all.
  virtual const Registrations* registrations() const { return nullptr; }

  // The plugin's side of an interface, or null.
  template <class Extension>
  const Extension* extension(std::string_view id) const {
    auto* found = static_cast<const Extension*>(find_extension(id));
    // An extension shorter than its first function pointer is no extension at all.
    return found && found->struct_size >= 2 * sizeof(void*) ? found : nullptr;
  }
  const chela_plugin* plugin() const { return plugin_; }
  const Manifest& manifest() const { return *manifest_; }

 protected:
  explicit Instance(std::shared_ptr<const Manifest> manifest) : manifest_(std::move(manifest)) {}

  std::shared_ptr<const Manifest> manifest_;
  const chela_plugin* plugin_ = nullptr;

 private:
  virtual const void* find_extension(std::string_view id) const = 0;
};

}  // namespace chela::plugins
