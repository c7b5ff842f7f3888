#pragma once

// What a plugin set keeps of one plugin, for its own files only.

#include <memory>
#include <utility>
#include <vector>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/local_instance.hpp"
#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::plugins {

struct PluginSet::Entry {
  Record record;
  const chela_entry* door = nullptr;
  std::uint64_t generation = 0;  // of its instance: what an earlier one tells is not heard
  std::string settings;          // what it was made from, as text: whether a rescan has to touch it
  bool offers = false;           // it was usable once: what it provides is in the registry
  bool busy = false;             // a task brings it up, or puts another one in its place
  bool activating = false;       // the former
  bool reloaded = false;         // its library may have been loaded before, from another file of the same name
  bool removed = false;
  std::shared_ptr<LocalInstance> coming;  // while it is brought up in this process
  std::vector<std::shared_ptr<Completion<bool>>> waiters;  // tasks that wait for the one that makes it busy
};

// What makes an entry busy: it ends however the task ends that has it, also when nobody waits for that any more.
class PluginSet::Turn {
 public:
  explicit Turn(EntryPtr entry) : entry_(std::move(entry)) { entry_->busy = true; }
  Turn(Turn&&) = default;
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (!entry_) return;
    entry_->busy = entry_->activating = false;
    for (const auto& waiter : std::exchange(entry_->waiters, {})) waiter->set(true);
  }

 private:
  EntryPtr entry_;
};

}  // namespace chela::plugins
