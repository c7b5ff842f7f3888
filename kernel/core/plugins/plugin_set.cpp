#include "kernel/core/plugins/plugin_set.hpp"

#include <algorithm>
#include <set>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/plugins/door.hpp"
#include "kernel/core/plugins/plugin_set_entry.hpp"

namespace chela::plugins {

namespace {

// What of a plugin `lane` forbids, in words; empty when it may run. Library code is forbidden whatever it provides.
std::string forbidden_by_lane(Lane lane, const Record& record) {
  const auto& [provides, claims] = std::tie(record.manifest->provides, record.manifest->claims);
  auto denied =
      std::ranges::find_if(provides, [&](const Provision& p) { return !allows(lane, record.carrier, p.kind); });
  if (denied != provides.end()) return denied->kind + "/" + denied->id;
  auto claimed = std::ranges::find_if(claims, [&](std::string_view claim) {
    return !allows(lane, record.carrier, claim.substr(0, claim.find('/')));
  });
  if (claimed != claims.end()) return *claimed;
  return record.carrier == Carrier::native_library && lane != Lane::dynamic ? "a plugin library" : "";
}

}  // namespace

PluginSet::PluginSet(PluginSetOptions options, HostEnvironment environment)
    : options_(std::move(options)), environment_(std::move(environment)) {}

PluginSet::~PluginSet() { stop_all(); }

std::vector<std::string> PluginSet::linked_in_ids() const {
  std::vector<std::string> out;
  for (const auto* entry : options_.linked_in) out.emplace_back(entry->plugin_id ? entry->plugin_id : "");
  return out;
}

void PluginSet::discover() {
  auto discovery = plugins::discover(options_.roots, options_.selection, linked_in_ids());
  auto trust = trust_in(discovery);
  diagnostics_ = std::move(discovery.diagnostics);
  for (auto& found : discovery.plugins) insert(make_entry(std::move(found), trust));
  for (auto& manifest : discovery.replaced) replaced_.push_back(std::make_shared<const Manifest>(std::move(manifest)));
  resolve_requirements();
  fill_registry();
}

std::map<std::string, TrustLevel> PluginSet::trust_in(const Discovery& discovery) const {
  const bool asked = std::ranges::any_of(discovery.plugins, [](const Found& f) { return f.origin == Origin::home; });
  return asked && options_.trust_in_home ? options_.trust_in_home() : std::map<std::string, TrustLevel>();
}

PluginSet::EntryPtr PluginSet::make_entry(Found found, const std::map<std::string, TrustLevel>& trust) {
  auto entry = std::make_shared<Entry>();
  Record& record = entry->record;
  record.manifest = std::make_shared<const Manifest>(std::move(found.manifest));
  record.origin = found.origin;
  record.disabled_because = std::move(found.disabled_because);
  record.provides = record.manifest->provides;
  if (record.origin == Origin::bundled) {
    record.trust = TrustLevel::bundled;
  } else if (auto level = trust.find(record.manifest->id); record.origin == Origin::home && level != trust.end()) {
    record.trust = level->second;
  }
  entry->door = find_linked_in(options_.linked_in, record.manifest->id);
  if (entry->door) record.carrier = Carrier::linked_in;
  if (record.manifest->runtime == Runtime::node) record.carrier = Carrier::out_of_process;
  record.isolation = isolation_of(record);
  check(*entry);
  return entry;
}

// What can be said of a plugin by its manifest alone.
void PluginSet::check(Entry& entry) {
  Record& record = entry.record;
  if (!record.disabled_because.empty()) {
    record.state = State::disabled;
    record.diagnostics.push_back({Severity::warning, DiagnosticCode::operator_blocked, record.manifest->id,
                                  record.disabled_because, record.manifest->directory.string()});
    return;
  }
  const Manifest& manifest = *record.manifest;
  const bool native = manifest.runtime == Runtime::native;
  if (native && (manifest.abi_major != CHELA_ABI_MAJOR || manifest.abi_minor > CHELA_ABI_MINOR)) {
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

void PluginSet::insert(EntryPtr entry) {
  auto place = std::ranges::lower_bound(entries_, std::string_view(entry->record.manifest->id), {},
                                        [](const EntryPtr& e) { return std::string_view(e->record.manifest->id); });
  entries_.insert(place, std::move(entry));
}

Isolation PluginSet::isolation_of(const Record& record) const {
  auto wish = options_.isolation.find(record.manifest->id);
  const bool node = record.manifest->runtime == Runtime::node;  // this process has no Node in it
  if (wish != options_.isolation.end() && !(node && wish->second == Isolation::in_process)) return wish->second;
  if (node) return Isolation::sandbox;
  return record.origin == Origin::bundled ? Isolation::in_process : options_.strangers_run_in;
}

std::string PluginSet::missing_requirement(const Entry& wanting) const {
  const auto& required = wanting.record.manifest->required_capabilities;
  if (required.empty()) return {};
  std::set<std::string> provided;
  for (const auto& provision : wanting.record.provides) provided.insert(provision.kind + "/" + provision.id);
  for (const auto& entry : entries_) {
    if (entry->record.state == State::failed || entry->record.state == State::disabled) continue;
    for (const auto& provision : entry->record.provides) provided.insert(provision.kind + "/" + provision.id);
  }
  auto missing = std::ranges::find_if(required, [&](const std::string& name) { return !provided.contains(name); });
  return missing == required.end() ? std::string() : *missing;
}

// A plugin that is refused takes what it provides with it, so that others may be refused in turn.
void PluginSet::resolve_requirements() {
  for (bool changed = true; std::exchange(changed, false);) {
    for (auto& entry : entries_) {
      if (entry->record.state != State::verified) continue;
      auto missing = missing_requirement(*entry);
      if (missing.empty()) continue;
      refuse(*entry, Step::resolve, DiagnosticCode::requirement_missing,
             "needs " + missing + ", which no enabled plugin provides");
      changed = true;
    }
  }
  for (auto& entry : entries_) {
    if (entry->settings.empty()) entry->settings = settings_of(*entry);
    if (entry->record.state != State::verified) continue;
    entry->record.state = next_state(entry->record.state, Step::resolve, true);
    entry->offers = true;
    take_kept_registrations(*entry);
  }
}

// Anew as a whole, so that what one plugin gives up another one gets. What came with the gateway first: a stranger's
// name, whatever it sorts before, takes nothing from it.
void PluginSet::fill_registry() {
  registry_.clear();
  for (const bool bundled : {true, false}) {
    for (auto& entry : entries_) {
      if ((entry->record.origin == Origin::bundled) == bundled && entry->offers) offer(*entry);
    }
  }
}

void PluginSet::offer(Entry& entry) {
  Record& record = entry.record;
  std::erase_if(record.diagnostics, [](const Diagnostic& d) { return d.code == DiagnosticCode::duplicate_capability; });
  for (const auto& provision : record.provides) {
    auto added = registry_.add({provision.kind, provision.id, record.manifest->id, provision.descriptor});
    if (added) continue;
    record.diagnostics.push_back({Severity::warning, DiagnosticCode::duplicate_capability, record.manifest->id,
                                  added.error().message, record.manifest->directory.string()});
  }
}

void PluginSet::changed() {
  for (std::size_t i = 0; i < on_change_.size(); ++i) on_change_[i]();
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
  auto entry = find_entry(plugin_id);
  return entry ? &entry->record : nullptr;
}

LeftoverCall PluginSet::leftover_call(std::string_view plugin_id, std::uint64_t call_id) const {
  const Record* record = find(plugin_id);
  return {record ? record->leftover_calls : nullptr, call_id};
}

PluginSet::EntryPtr PluginSet::find_entry(std::string_view plugin_id) const {
  auto found = std::ranges::find(entries_, plugin_id,
                                 [](const auto& entry) { return std::string_view(entry->record.manifest->id); });
  return found == entries_.end() ? nullptr : *found;
}

log::Logger PluginSet::logger_of(const Record& record) const {
  return environment_.logger.with_category("plugin." + record.manifest->id);
}

void PluginSet::refuse(Entry& entry, Step step, DiagnosticCode code, std::string message) {
  Record& record = entry.record;
  logger_of(record).warning("plugin {}: {} ({})", record.manifest->id, message, name_of(code));
  record.state = next_state(record.state, step, false);
  record.diagnostics.push_back(
      {Severity::error, code, record.manifest->id, std::move(message), record.manifest->directory.string()});
}

}  // namespace chela::plugins
