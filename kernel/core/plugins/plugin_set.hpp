#pragma once

// All plugins of a gateway: discovered at the start, activated when first needed, stopped in reverse order.
// Loop thread only.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/event.hpp"
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
#include "kernel/core/plugins/trust.hpp"

namespace chela::plugins {

// What the operator decides of plugins, and may decide anew while they run.
struct PluginRules {
  Roots roots;
  Selection selection;
  std::map<std::string, Isolation> isolation;  // where single plugins are to run, by id
  std::set<std::string> open_sockets;          // plugins for Node that may open sockets of their own, by id
};

struct PluginSetOptions {
  Roots roots;
  Selection selection;
  Lane lane = Lane::dynamic;
  std::span<const chela_entry* const> linked_in;  // entries that are part of this program
  // The plugin's own slice of the configuration with its defaults filled in: a JSON object.
  std::function<std::string(const Manifest&)> config_of;
  // The gateway's configuration as a plugin for Node may see it: a JSON object. None: it gets none.
  std::function<std::string(const std::string& plugin_id)> gateway_config_of = {};
  ProbeOptions probe = {};  // for libraries that did not come with the gateway and yet run in this process
  // Are the files of a plugin of the home those that were installed? Asked before its library is opened, on a worker
  // thread. None: nothing is asked.
  std::function<Result<void>(const Manifest&)> verify_files = {};
  // How far each plugin of the home is trusted, by id; those that are not named are not. Asked at each discovery that
  // finds any, and reads no files of plugins: what they are is checked by verify_files.
  std::function<std::map<std::string, TrustLevel>()> trust_in_home = {};
  // Where plugins run: by id as the operator wants it, else what came with the gateway in this process.
  std::map<std::string, Isolation> isolation = {};
  std::set<std::string> open_sockets = {};
  Isolation strangers_run_in = Isolation::sandbox;
  // Where the registrations of plugins for Node are kept, <here>/<id>.json; empty: nowhere.
  std::filesystem::path registrations = {};
  Elsewhere* elsewhere = nullptr;  // outlives the set; null: what does not run in this process is refused
};

// What is known of one plugin, for listings and the doctor. Its address is good until the plugin is removed, what is in
// it until on_change() is called: look it up again after each co_await.
struct Record {
  std::shared_ptr<const Manifest> manifest;
  Origin origin = Origin::bundled;
  Carrier carrier = Carrier::native_library;
  State state = State::found;
  Isolation isolation = Isolation::in_process;
  TrustLevel trust = TrustLevel::untrusted;
  std::string disabled_because;
  std::vector<Diagnostic> diagnostics;
  std::shared_ptr<Instance> instance;  // only while started or quarantined
  // Calls that were answered for and may still be completed; whoever makes calls reports them. Null before the start,
  // and for plugins in other processes, which can be ended.
  std::shared_ptr<LeftoverCalls> leftover_calls;
  bool registrations_known = false;  // of a plugin for Node
  std::vector<Provision> provides;   // what it offers now: its manifest's, or what its code registered
};

// What a rescan has changed, by id, and what it could not change.
struct Rescanned {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> reloaded;
  std::vector<std::string> problems;  // "plugin acme: …": the former one goes on
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
  // Called when what the registry holds or who provides it has changed, or a plugin's process has gone. Every callback is
  // called, in order.
  void on_change(std::function<void()> callback) { on_change_.push_back(std::move(callback)); }

  // How long calls of a plugin that was reloaded may go on; then they end with `unavailable`.
  static constexpr Duration kReloadGrace = std::chrono::seconds(5);

  // Reads the plugin's folder again and puts what is there in the place of what runs: consumers get the new one with
  // their next call, open calls end with the old one, which is stopped when the last of them has ended. When the new one
  // does not start, the old one goes on and the error says why. What has not run yet is not started.
  Task<Result<void>> reload(std::string plugin_id);
  // The same, and the plugin runs afterwards whatever it did before; crashes that it had are forgiven.
  Task<Result<void>> restart(std::string plugin_id);
  // Looks for plugins again under `rules`: new ones are added, those that have gone or are disabled are ended, and those
  // whose manifest, configuration, trust or isolation has changed are reloaded. One after the other.
  Task<Rescanned> rescan(PluginRules rules);

  // Stops every plugin, the one started last first.
  void stop_all();

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;  // a task may hold one that is removed meanwhile
  enum class Start { if_it_ran, always };

  EntryPtr find_entry(std::string_view plugin_id) const;
  std::vector<std::string> linked_in_ids() const;
  std::map<std::string, TrustLevel> trust_in(const Discovery& discovery) const;
  EntryPtr make_entry(Found found, const std::map<std::string, TrustLevel>& trust);
  void check(Entry& entry);
  void insert(EntryPtr entry);
  void resolve_requirements();
  std::string missing_requirement(const Entry& entry) const;
  void fill_registry();
  void offer(Entry& entry);
  void take_kept_registrations(Entry& entry);
  void take_registrations(Entry& entry, const Registrations& registrations);
  std::filesystem::path registrations_file(const Record& record) const;
  void changed();

  class Turn;
  Task<Turn> wait_for_turn(EntryPtr entry);
  Task<void> bring_up(EntryPtr entry);
  Task<bool> load(Entry& entry);
  Task<bool> verify_files(Entry& entry);
  Task<bool> open_library(Entry& entry);
  Task<void> bring_up_here(EntryPtr entry);
  Task<void> bring_up_elsewhere(EntryPtr entry);
  void running(Entry& entry, std::shared_ptr<Instance> instance);
  void in_service(const EntryPtr& entry);
  Entry* find_generation(std::string_view plugin_id, std::uint64_t generation) const;
  void lost(Entry& entry, const Lost& what);
  void quarantine(Entry& entry);

  Task<Result<void>> reload_from_disk(EntryPtr entry, Start start);
  Task<Result<void>> replace(EntryPtr entry, EntryPtr next, Start start);
  void commit(const EntryPtr& entry, Entry& next);
  void retire(Entry& entry);
  Task<Result<void>> replace_in_turn(EntryPtr entry, EntryPtr next);
  Task<void> remove_in_turn(EntryPtr entry);
  Task<Rescanned> take_in(Discovery discovery);

  std::string config_of(const Entry& entry) const;
  std::string gateway_config_of(const Entry& entry) const;
  std::string settings_of(const Entry& entry) const;
  Isolation isolation_of(const Record& record) const;
  RemoteStart remote_start(const Entry& entry);
  bool run_step(Entry& entry, Step step, DiagnosticCode code, const std::function<Result<void>()>& action);
  void refuse(Entry& entry, Step step, DiagnosticCode code, std::string message);
  log::Logger logger_of(const Record& record) const;

  PluginSetOptions options_;
  HostEnvironment environment_;
  Registry registry_;
  std::vector<EntryPtr> entries_;  // by id
  std::vector<Entry*> started_;    // in order of start
  std::vector<std::weak_ptr<Instance>> retired_;  // replaced ones whose calls are open
  std::vector<Diagnostic> diagnostics_;
  std::vector<std::function<void()>> on_change_;
  std::vector<std::shared_ptr<const Manifest>> replaced_;  // bundled, and another one of that id is used
  std::uint64_t last_generation_ = 0;
  EntryPtr rescans_;  // stands for all of them: one rescan at a time
};

}  // namespace chela::plugins
