// The part of a plugin set that knows what plugins for Node provide: as they said it last, until they run again.

#include <algorithm>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/plugins/plugin_set_entry.hpp"
#include "kernel/core/plugins/registration.hpp"

namespace chela::plugins {

std::filesystem::path PluginSet::registrations_file(const Record& record) const {
  if (options_.registrations.empty()) return {};
  return options_.registrations / (record.manifest->id + ".json");
}

void PluginSet::take_kept_registrations(Entry& entry) {
  Record& record = entry.record;
  auto file = registrations_file(record);
  if (record.manifest->runtime != Runtime::node || file.empty()) return;
  auto kept = load_registrations(file, registration_fingerprint(*record.manifest, config_of(entry)));
  record.registrations_known = !kept.empty();
  record.provides = to_provisions(*record.manifest, kept);
}

// Only what the lane allows; it was refused as a whole before any code ran where the manifest announced it.
void PluginSet::take_registrations(Entry& entry, const Registrations& registrations) {
  Record& record = entry.record;
  auto provisions = to_provisions(*record.manifest, registrations);
  std::erase_if(provisions, [&](const Provision& p) {
    if (allows(options_.lane, record.carrier, p.kind)) return false;
    record.diagnostics.push_back({Severity::error, DiagnosticCode::jit_mode_required, record.manifest->id,
                                  p.kind + "/" + p.id + " needs runtime.mode 'dynamic' or 'auto'", {}});
    return true;
  });
  record.provides = std::move(provisions);
  record.registrations_known = true;
  if (auto file = registrations_file(record); !file.empty()) {
    auto saved = save_registrations(file, registration_fingerprint(*record.manifest, config_of(entry)), registrations);
    if (!saved) logger_of(record).warning("plugin {}: {}", record.manifest->id, saved.error().message);
  }
}

Task<Result<void>> PluginSet::learn_registrations() {
  auto entries = entries_;  // some may come and go meanwhile
  for (const auto& entry : entries) {
    const Record& record = entry->record;
    if (entry->removed || record.manifest->runtime != Runtime::node || record.registrations_known ||
        record.state != State::resolved) {
      continue;
    }
    auto activating = activate(record.manifest->id);
    auto activated = co_await std::move(activating);
    if (!activated) environment_.logger.warning("{}", activated.error().message);
  }
  co_return Result<void>();
}

}  // namespace chela::plugins
