#pragma once

// All plugins of a gateway: discovered at the start, activated when first needed, stopped in reverse order.
// Loop thread only.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/discovery.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/plugins/lanes.hpp"
#include "kernel/core/plugins/leftover_calls.hpp"
#include "kernel/core/plugins/lifecycle.hpp"
#include "kernel/core/plugins/probe.hpp"
#include "kernel/core/plugins/registry.hpp"

namespace chela::plugins {

struct PluginSetOptions {
  Roots roots;
  Selection selection;
  Lane lane = Lane::dynamic;
  std::span<const chela_entry* const> linked_in;  // entries that are part of this program
  // The plugin's own slice of the configuration with its defaults filled in: a JSON object.
  std::function<std::string(const std::string& plugin_id)> config_of;
  ProbeOptions probe = {};  // for libraries that did not come with the gateway
  // Are the files of a plugin of the home those that were installed? Asked before its library is opened, on a worker
  // thread. None: nothing is asked.
  std::function<Result<void>(const Manifest&)> verify_files = {};
};

// What is known of one plugin, for listings and the doctor. Valid while the set lives.
struct Record {
  std::shared_ptr<const Manifest> manifest;
  Origin origin = Origin::bundled;
  Carrier carrier = Carrier::native_library;
  State state = State::found;
  std::string disabled_because;
  std::vector<Diagnostic> diagnostics;
  std::shared_ptr<Instance> instance;  // only while started or quarantined
  // Calls that were answered for and may still be completed; whoever makes calls reports them. Null before the start.
  std::shared_ptr<LeftoverCalls> leftover_calls;
};

class PluginSet {
 public:
  PluginSet(PluginSetOptions options, HostEnvironment environment);
  PluginSet(const PluginSet&) = delete;
  PluginSet& operator=(const PluginSet&) = delete;
  ~PluginSet();

  // Reads the manifests and fills the registry. Runs no code of any plugin. Call once.
  void discover();

  const Registry& registry() const { return registry_; }
  std::vector<const Record*> list() const;              // by id
  const Record* find(std::string_view plugin_id) const;
  // What the program's own plugins declare, by id, whether they are used or not.
  std::vector<std::shared_ptr<const Manifest>> bundled_manifests() const;
  // For a call of a started plugin.
  LeftoverCall leftover_call(std::string_view plugin_id, std::uint64_t call_id) const;
  // What concerns no single plugin: unreadable manifests, duplicates.
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  Lane lane() const { return options_.lane; }

  // The running instance of a plugin: loads, configures and starts it when that has not happened. Several callers at
  // once share one activation. The error repeats the diagnostic that stopped it.
  Task<Result<std::shared_ptr<Instance>>> activate(std::string plugin_id);

  // Stops every plugin, the one started last first.
  void stop_all();

 private:
  struct Entry;
  Entry* find_entry(std::string_view plugin_id) const;
  void add(Found found);
  void resolve_requirements();
  void fill_registry();
  void offer(Record& record);
  Task<void> bring_up(Entry& entry);
  Task<bool> load(Entry& entry);
  Task<bool> open_library(Entry& entry);
  std::string config_of(const Entry& entry) const;
  bool run_step(Entry& entry, Step step, DiagnosticCode code, const std::function<Result<void>()>& action);
  void quarantine(Entry& entry);
  void refuse(Entry& entry, Step step, DiagnosticCode code, std::string message);

  PluginSetOptions options_;
  HostEnvironment environment_;
  Registry registry_;
  std::vector<std::unique_ptr<Entry>> entries_;  // by id
  std::vector<Entry*> started_;                  // in order of start
  std::vector<Diagnostic> diagnostics_;
  std::vector<std::shared_ptr<const Manifest>> replaced_;  // bundled, and another one of that id is used
};

}  // namespace chela::plugins
