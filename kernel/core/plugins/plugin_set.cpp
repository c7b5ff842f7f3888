#include "kernel/core/plugins/plugin_set.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/capability_check.hpp"
#include "kernel/core/plugins/door.hpp"

namespace chela::plugins {

struct PluginSet::Entry {
  Record record;
  const chela_entry* door = nullptr;
  bool activating = false;
  std::vector<std::shared_ptr<Completion<bool>>> waiters;  // tasks that wait for the activation under way
};

namespace {

// What of a plugin `lane` forbids, in words; empty when it may run. Library code is forbidden whatever it provides.
std::string forbidden_by_lane(Lane lane, const Record& record) {
  const auto& provides = record.manifest->provides;
  auto denied =
      std::ranges::find_if(provides, [&](const Provision& p) { return !allows(lane, record.carrier, p.kind); });
  if (denied != provides.end()) return denied->kind + "/" + denied->id;
  return record.carrier == Carrier::native_library && lane != Lane::dynamic ? "a plugin library" : "";
}

}  // namespace

PluginSet::PluginSet(PluginSetOptions options, HostEnvironment environment)
    : options_(std::move(options)), environment_(std::move(environment)) {}

PluginSet::~PluginSet() { stop_all(); }

void PluginSet::discover() {
  std::vector<std::string> linked_in;
  for (const auto* entry : options_.linked_in) linked_in.emplace_back(entry->plugin_id ? entry->plugin_id : "");
  auto discovery = plugins::discover(options_.roots, options_.selection, linked_in);
  diagnostics_ = std::move(discovery.diagnostics);
  for (auto& found : discovery.plugins) add(std::move(found));
  for (auto& manifest : discovery.replaced) replaced_.push_back(std::make_shared<const Manifest>(std::move(manifest)));
  resolve_requirements();
  fill_registry();
}

void PluginSet::add(Found found) {
  auto& entry = *entries_.emplace_back(std::make_unique<Entry>());
  Record& record = entry.record;
  record.manifest = std::make_shared<const Manifest>(std::move(found.manifest));
  record.origin = found.origin;
  record.disabled_because = std::move(found.disabled_because);
  entry.door = find_linked_in(options_.linked_in, record.manifest->id);
  if (entry.door) record.carrier = Carrier::linked_in;
  if (!record.disabled_because.empty()) {
    record.state = State::disabled;
    record.diagnostics.push_back({Severity::warning, DiagnosticCode::operator_blocked, record.manifest->id,
                                  record.disabled_because, record.manifest->directory.string()});
    return;
  }
  const Manifest& manifest = *record.manifest;
  if (manifest.abi_major != CHELA_ABI_MAJOR || manifest.abi_minor > CHELA_ABI_MINOR) {
    return refuse(entry, Step::verify, DiagnosticCode::plugin_api_version_mismatch,
                  fmt::format("made for ABI {}.{}, this gateway has {}.{}; get a version of the plugin for it",
                              manifest.abi_major, manifest.abi_minor, CHELA_ABI_MAJOR, CHELA_ABI_MINOR));
  }
  auto forbidden = forbidden_by_lane(options_.lane, record);
  if (!forbidden.empty()) {
    return refuse(entry, Step::verify, DiagnosticCode::jit_mode_required,
                  fmt::format("{} needs runtime.mode 'dynamic' or 'auto'; the gateway runs in '{}'", forbidden,
                              name_of(options_.lane)));
  }
  record.state = next_state(record.state, Step::verify, true);
}

// A plugin that is refused takes what it provides with it, so that others may be refused in turn.
void PluginSet::resolve_requirements() {
  for (bool changed = true; std::exchange(changed, false);) {
    std::set<std::string> provided;
    for (const auto& entry : entries_) {
      if (entry->record.state != State::verified) continue;
      for (const auto& provision : entry->record.manifest->provides)
        provided.insert(provision.kind + "/" + provision.id);
    }
    for (auto& entry : entries_) {
      const auto& required = entry->record.manifest->required_capabilities;
      auto missing = std::ranges::find_if(required, [&](const std::string& name) { return !provided.contains(name); });
      if (entry->record.state != State::verified || missing == required.end()) continue;
      refuse(*entry, Step::resolve, DiagnosticCode::requirement_missing,
             "needs " + *missing + ", which no enabled plugin provides");
      changed = true;
    }
  }
}

// What came with the gateway first: a stranger's name, whatever it sorts before, takes nothing from it.
void PluginSet::fill_registry() {
  for (const bool bundled : {true, false}) {
    for (auto& entry : entries_) {
      if ((entry->record.origin == Origin::bundled) == bundled) offer(entry->record);
    }
  }
}

void PluginSet::offer(Record& record) {
  if (record.state != State::verified) return;
  record.state = next_state(record.state, Step::resolve, true);
  for (const auto& provision : record.manifest->provides) {
    auto added = registry_.add({provision.kind, provision.id, record.manifest->id, provision.descriptor});
    if (added) continue;
    record.diagnostics.push_back({Severity::warning, DiagnosticCode::duplicate_capability, record.manifest->id,
                                  added.error().message, record.manifest->directory.string()});
  }
}

std::vector<std::shared_ptr<const Manifest>> PluginSet::bundled_manifests() const {
  auto out = replaced_;
  for (const auto& entry : entries_) {
    if (entry->record.origin == Origin::bundled) out.push_back(entry->record.manifest);
  }
  std::ranges::sort(out, {}, [](const auto& manifest) { return std::string_view(manifest->id); });
  return out;
}

std::vector<const Record*> PluginSet::list() const {
  std::vector<const Record*> out;
  for (const auto& entry : entries_) out.push_back(&entry->record);
  return out;
}

const Record* PluginSet::find(std::string_view plugin_id) const {
  Entry* entry = find_entry(plugin_id);
  return entry ? &entry->record : nullptr;
}

LeftoverCall PluginSet::leftover_call(std::string_view plugin_id, std::uint64_t call_id) const {
  const Record* record = find(plugin_id);
  return {record ? record->leftover_calls : nullptr, call_id};
}

PluginSet::Entry* PluginSet::find_entry(std::string_view plugin_id) const {
  auto found = std::ranges::find(entries_, plugin_id,
                                 [](const auto& entry) { return std::string_view(entry->record.manifest->id); });
  return found == entries_.end() ? nullptr : found->get();
}

void PluginSet::refuse(Entry& entry, Step step, DiagnosticCode code, std::string message) {
  Record& record = entry.record;
  environment_.logger.warning("plugin {}: {} ({})", record.manifest->id, message, name_of(code));
  record.state = next_state(record.state, step, false);
  record.diagnostics.push_back(
      {Severity::error, code, record.manifest->id, std::move(message), record.manifest->directory.string()});
}

Task<Result<std::shared_ptr<Instance>>> PluginSet::activate(std::string plugin_id) {
  Entry* entry = find_entry(plugin_id);
  if (!entry) co_return fail(ErrorCode::not_found, "no plugin {} is known", plugin_id);
  Record& record = entry->record;
  if (entry->activating) {
    auto done = entry->waiters.emplace_back(std::make_shared<Completion<bool>>());
    co_await done->wait();
  } else if (record.state == State::resolved) {
    entry->activating = true;
    co_await bring_up(*entry);
    entry->activating = false;
    for (const auto& waiter : std::exchange(entry->waiters, {})) waiter->set(true);
  }
  if (record.instance && record.state == State::started) co_return record.instance;
  auto reason = record.diagnostics.empty() ? std::string(name_of(record.state)) : record.diagnostics.back().message;
  co_return fail(ErrorCode::unavailable, "plugin {}: {}", plugin_id, reason);
}

std::string PluginSet::config_of(const Entry& entry) const {
  return options_.config_of ? options_.config_of(entry.record.manifest->id) : std::string("{}");
}

// The file is checked first, then tried elsewhere if it is a stranger, and only then loaded here.
Task<bool> PluginSet::open_library(Entry& entry) {
  using Checked = std::expected<void, DoorError>;
  using Door = std::expected<const chela_entry*, DoorError>;
  const auto& manifest = entry.record.manifest;
  auto verify = entry.record.origin == Origin::home ? options_.verify_files : nullptr;
  auto checking = run_blocking<Checked>(environment_.loop, [manifest, verify]() -> Result<Checked> {
    auto verified = verify ? verify(*manifest) : Result<void>();
    if (!verified)
      return Checked(std::unexpected(DoorError{DiagnosticCode::integrity_mismatch, verified.error().message}));
    return check_library(*manifest);
  });
  auto checked = co_await std::move(checking);
  if (!checked || !*checked) {
    auto error = checked ? checked->error() : DoorError{DiagnosticCode::load_failed, checked.error().message};
    refuse(entry, Step::load, error.code, std::move(error.message));
    co_return false;
  }
  if (entry.record.origin != Origin::bundled) {
    auto trying = probe(environment_.loop, options_.probe, manifest, config_of(entry));
    auto tried = co_await std::move(trying);
    if (!tried) {
      refuse(entry, Step::load, DiagnosticCode::probe_failed, tried.error().message);
      co_return false;
    }
  }
  auto opening = run_blocking<Door>(environment_.loop, [manifest]() -> Result<Door> { return open_door(*manifest); });
  auto door = co_await std::move(opening);
  if (!door || !*door) {
    auto error = door ? door->error() : DoorError{DiagnosticCode::load_failed, door.error().message};
    refuse(entry, Step::load, error.code, std::move(error.message));
    co_return false;
  }
  entry.door = **door;
  co_return true;
}

Task<bool> PluginSet::load(Entry& entry) {
  if (!entry.door) {
    bool opened = co_await open_library(entry);
    if (!opened) co_return false;
  } else if (auto checked = check_entry(*entry.door, *entry.record.manifest); !checked) {
    refuse(entry, Step::load, checked.error().code, checked.error().message);
    co_return false;
  }
  auto instance = Instance::create(*entry.door, entry.record.manifest, environment_);
  if (!instance) {
    refuse(entry, Step::load, DiagnosticCode::create_failed, instance.error().message);
    co_return false;
  }
  entry.record.instance = std::move(*instance);
  entry.record.state = next_state(entry.record.state, Step::load, true);
  co_return true;
}

bool PluginSet::run_step(Entry& entry, Step step, DiagnosticCode code, const std::function<Result<void>()>& action) {
  auto done = action();
  if (!done) {
    entry.record.instance.reset();
    refuse(entry, step, code, done.error().message);
    return false;
  }
  entry.record.state = next_state(entry.record.state, step, true);
  return true;
}

Task<void> PluginSet::bring_up(Entry& entry) {
  bool loaded = co_await load(entry);
  if (!loaded) co_return;
  Record& record = entry.record;
  auto config = config_of(entry);
  bool running = run_step(entry, Step::configure, DiagnosticCode::configure_failed,
                          [&] { return record.instance->configure(config); }) &&
                 run_step(entry, Step::start, DiagnosticCode::start_failed, [&] { return record.instance->start(); });
  if (!running) co_return;
  auto problems = check_capabilities(*record.instance);
  if (problems.empty()) {
    started_.push_back(&entry);
    record.leftover_calls = std::make_shared<LeftoverCalls>(environment_.loop.timers(), [this, &entry] { quarantine(entry); });
    environment_.logger.debug("plugin {} {} started", record.manifest->id, record.manifest->version);
    co_return;
  }
  record.instance.reset();
  record.diagnostics.insert(record.diagnostics.end(), problems.begin() + 1, problems.end());
  refuse(entry, Step::stop, problems.front().code, problems.front().message);
}

void PluginSet::quarantine(Entry& entry) {
  if (entry.record.state != State::started) return;
  refuse(entry, Step::quarantine, DiagnosticCode::calls_unanswered,
         fmt::format("left {} calls without an answer, so it gets no more until the gateway is restarted; report it to "
                     "the plugin's author",
                     entry.record.leftover_calls->count()));
}

void PluginSet::stop_all() {
  for (Entry* entry : std::exchange(started_, {}) | std::views::reverse) {
    entry->record.leftover_calls.reset();
    entry->record.instance->stop();
    entry->record.instance.reset();
    entry->record.state = next_state(entry->record.state, Step::stop, true);
  }
}

}  // namespace chela::plugins
