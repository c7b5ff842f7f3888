#pragma once

// A plugin whose code runs in this process. Loop thread only.

#include <memory>
#include <string_view>

#include "chela/abi.h"
#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/host_services.hpp"
#include "kernel/core/plugins/instance.hpp"

namespace chela::plugins {

class LocalInstance final : public Instance {
 public:
  // Calls the entry's create().
  static Result<std::shared_ptr<LocalInstance>> create(const chela_entry& entry,
                                                       std::shared_ptr<const Manifest> manifest,
                                                       const HostEnvironment& environment);
  ~LocalInstance() override;

  Result<void> configure(std::string_view json);
  Result<void> start();
  void stop() override;
  bool is_remote() const override { return false; }

 private:
  LocalInstance(std::shared_ptr<const Manifest> manifest, const HostEnvironment& environment)
      : Instance(std::move(manifest)), services_(*manifest_, environment) {}
  const void* find_extension(std::string_view id) const override;

  HostServices services_;
  bool started_ = false;
};

}  // namespace chela::plugins
