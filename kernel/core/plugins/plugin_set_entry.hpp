#pragma once

// What a plugin set keeps of one plugin, for its own files only.

#include <memory>
#include <vector>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/local_instance.hpp"
#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::plugins {

struct PluginSet::Entry {
  Record record;
  const chela_entry* door = nullptr;
  bool activating = false;
  std::shared_ptr<LocalInstance> coming;  // while it is brought up in this process
  std::vector<std::shared_ptr<Completion<bool>>> waiters;  // tasks that wait for the activation under way
};

}  // namespace chela::plugins
