#pragma once

// All plugins of a gateway: discovered at the start, activated when first needed, stopped in reverse order.
// Loop thread only.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/discovery.hpp"
#include "kernel/core/plugins/host_services.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/plugins/isolation.hpp"
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
  // The gateway's configuration as a plugin for Node may see it: a JSON object. None: it gets none.
  std::function<std::string(const std::string& plugin_id)> gateway_config_of = {};
  ProbeOptions probe = {};  // for libraries that did not come with the gateway and yet run in this process
  // Are the files of a plugin of the home those that were installed? Asked before its library is opened, on a worker
  // thread. None: nothing is asked.
  std::function<Result<void>(const Manifest&)> verify_files = {};
  // Where plugins run: by id as the operator wants it, else what came with the gateway in this process.
  std::map<std::string, Isolation> isolation = {};
  Isolation strangers_run_in = Isolation::sandbox;
  // Where the registrations of plugins for Node are kept, <here>/<id>.json; empty: nowhere.
  std::filesystem::path registrations = {};
  Elsewhere* elsewhere = nullptr;  // outlives the set; null: what does not run in this process is refused
};

// What is known of one plugin, for listings and the doctor. Valid while the set lives.
struct Record {
  std::shared_ptr<const Manifest> manifest;
  Origin origin = Origin::bundled;
  Carrier carrier = Carrier::native_library;
  State state = State::found;
  Isolation isolation = Isolation::in_process;
  std::string disabled_because;
  std::vector<Diagnostic> diagnostics;
  std::shared_ptr<Instance> instance;  // only while started or quarantined
  // Calls that were answered for and may still be completed; whoever makes calls reports them. Null before the start,
  // and for plugins in other processes, which can be ended.
  std::shared_ptr<LeftoverCalls> leftover_calls;
  bool registrations_known = false;  // of a plugin for Node
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

  // Starts the plugins whose capabilities only their code knows, and which have not run in this version before.
  Task<Result<void>> learn_registrations();
  // Called when what the registry holds has changed, or a plugin's process has gone; all of them, in the order in which they came.
  void on_change(std::function<void()> callback) { on_change_.push_back(std::move(callback)); }

  // Stops every plugin, the one started last first.
  void stop_all();

 private:
  struct Entry;
  Entry* find_entry(std::string_view plugin_id) const;
  void add(Found found);
  void resolve_requirements();
  void fill_registry();
  void offer(Record& record);
  void offer_all(Record& record, const std::vector<Provision>& provisions);
  void offer_kept_registrations(Entry& entry);
  void offer_registrations(Entry& entry, const Registrations& registrations);
  std::filesystem::path registrations_file(const Record& record) const;
  Task<void> bring_up(Entry& entry);
  Task<bool> load(Entry& entry);
  Task<bool> verify_files(Entry& entry);
  Task<bool> open_library(Entry& entry);
  Task<void> bring_up_elsewhere(Entry& entry);
  void started(Entry& entry, std::shared_ptr<Instance> instance);
  void lost(Entry& entry, const Lost& what);
  std::string config_of(const Entry& entry) const;
  std::string gateway_config_of(const Entry& entry) const;
  Isolation isolation_of(const Record& record) const;
  bool run_step(Entry& entry, Step step, DiagnosticCode code, const std::function<Result<void>()>& action);
  void quarantine(Entry& entry);
  void refuse(Entry& entry, Step step, DiagnosticCode code, std::string message);

  PluginSetOptions options_;
  HostEnvironment environment_;
  Registry registry_;
  std::vector<std::unique_ptr<Entry>> entries_;  // by id
  std::vector<Entry*> started_;                  // in order of start
  std::vector<Diagnostic> diagnostics_;
  std::vector<std::function<void()>> on_change_;
  std::vector<std::shared_ptr<const Manifest>> replaced_;  // bundled, and another one of that id is used
};

}  // namespace chela::plugins
