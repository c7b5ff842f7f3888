// The part of a plugin set that brings plugins up and ends them.

#include <ranges>
#include <utility>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/plugins/capability_check.hpp"
#include "kernel/core/plugins/door.hpp"
#include "kernel/core/plugins/plugin_set_entry.hpp"

namespace chela::plugins {
namespace {

// A warning that may come again and again is kept once, as it was last.
void note_once(Record& record, DiagnosticCode code, std::string message) {
  std::erase_if(record.diagnostics,
                [&](const Diagnostic& d) { return d.code == code && d.severity == Severity::warning; });
  record.diagnostics.push_back(
      {Severity::warning, code, record.manifest->id, std::move(message), record.manifest->directory.string()});
}

}  // namespace

Task<PluginSet::Turn> PluginSet::wait_for_turn(EntryPtr entry) {
  while (entry->busy) {
    auto done = entry->waiters.emplace_back(std::make_shared<Completion<bool>>());
    co_await done->wait();
  }
  co_return Turn(std::move(entry));
}

Task<Result<std::shared_ptr<Instance>>> PluginSet::activate(std::string plugin_id) {
  auto entry = find_entry(plugin_id);
  if (!entry) co_return fail(ErrorCode::not_found, "no plugin {} is known", plugin_id);
  Record& record = entry->record;
  if (record.instance && record.state == State::started) co_return record.instance;
  auto wait = [&] { return entry->waiters.emplace_back(std::make_shared<Completion<bool>>()); };
  while (entry->busy && !entry->activating) {  // another one comes in its place
    auto done = wait();
    co_await done->wait();
  }
  if (entry->busy) {
    auto done = wait();
    co_await done->wait();
  } else if (record.state == State::resolved && !entry->removed) {
    Turn turn(entry);
    entry->activating = true;
    co_await bring_up(entry);
    if (record.state == State::started) in_service(entry);
  }
  if (entry->removed) co_return fail(ErrorCode::not_found, "the plugin {} was removed meanwhile", plugin_id);
  if (record.instance && record.state == State::started) co_return record.instance;
  auto reason = record.diagnostics.empty() ? std::string(name_of(record.state)) : record.diagnostics.back().message;
  co_return fail(ErrorCode::unavailable, "plugin {}: {}", plugin_id, reason);
}

std::string PluginSet::config_of(const Entry& entry) const {
  return options_.config_of ? options_.config_of(*entry.record.manifest) : std::string("{}");
}

std::string PluginSet::gateway_config_of(const Entry& entry) const {
  const auto& manifest = *entry.record.manifest;
  if (manifest.runtime != Runtime::node || !options_.gateway_config_of) return {};
  return options_.gateway_config_of(manifest.id);
}

// Only what was installed has a record of its files.
Task<bool> PluginSet::verify_files(Entry& entry) {
  if (entry.record.origin != Origin::home || !options_.verify_files) co_return true;
  auto verifying = run_blocking<void>(environment_.loop, [manifest = entry.record.manifest, ask = options_.verify_files] {
    return ask(*manifest);
  });
  auto verified = co_await std::move(verifying);
  if (!verified) refuse(entry, Step::load, DiagnosticCode::integrity_mismatch, verified.error().message);
  co_return verified.has_value();
}

// The file is checked first, then tried elsewhere if it is a stranger, and only then loaded here.
Task<bool> PluginSet::open_library(Entry& entry) {
  using Checked = std::expected<void, DoorError>;
  using Door = std::expected<const chela_entry*, DoorError>;
  const auto& manifest = entry.record.manifest;
  auto checking =
      run_blocking<Checked>(environment_.loop, [manifest]() -> Result<Checked> { return check_library(*manifest); });
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
  auto name = entry.reloaded ? entry.generation : 0;
  auto opening =
      run_blocking<Door>(environment_.loop, [manifest, name]() -> Result<Door> { return open_door(*manifest, name); });
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
  auto instance = LocalInstance::create(*entry.door, entry.record.manifest, environment_);
  if (!instance) {
    refuse(entry, Step::load, DiagnosticCode::create_failed, instance.error().message);
    co_return false;
  }
  entry.coming = std::move(*instance);
  entry.record.state = next_state(entry.record.state, Step::load, true);
  co_return true;
}

bool PluginSet::run_step(Entry& entry, Step step, DiagnosticCode code, const std::function<Result<void>()>& action) {
  auto done = action();
  if (!done) {
    entry.coming.reset();
    refuse(entry, step, code, done.error().message);
    return false;
  }
  entry.record.state = next_state(entry.record.state, step, true);
  return true;
}

Task<void> PluginSet::bring_up(EntryPtr entry) {
  entry->generation = ++last_generation_;
  bool intact = co_await verify_files(*entry);
  if (!intact) co_return;
  if (entry->record.isolation == Isolation::in_process) {
    co_await bring_up_here(entry);
  } else {
    co_await bring_up_elsewhere(entry);
  }
}

Task<void> PluginSet::bring_up_here(EntryPtr entry) {
  bool loaded = co_await load(*entry);
  if (!loaded) co_return;
  auto config = config_of(*entry);
  bool started = run_step(*entry, Step::configure, DiagnosticCode::configure_failed,
                          [&] { return entry->coming->configure(config); }) &&
                 run_step(*entry, Step::start, DiagnosticCode::start_failed, [&] { return entry->coming->start(); });
  if (!started) co_return;
  auto instance = std::move(entry->coming);
  auto problems = check_capabilities(*instance);
  if (problems.empty()) {
    running(*entry, std::move(instance));
    co_return;
  }
  instance.reset();
  Record& record = entry->record;
  record.diagnostics.insert(record.diagnostics.end(), problems.begin() + 1, problems.end());
  refuse(*entry, Step::stop, problems.front().code, problems.front().message);
}

RemoteStart PluginSet::remote_start(const Entry& entry) {
  const Record& record = entry.record;
  const auto& id = record.manifest->id;
  auto vouched_for = [](const Record& r) {
    return r.manifest->runtime == Runtime::node && r.trust != TrustLevel::untrusted && r.state != State::disabled;
  };
  auto sockets = [this](const Record& r) { return options_.open_sockets.contains(r.manifest->id); };
  RemoteStart start{.manifest = record.manifest,
                    .isolation = record.isolation,
                    .config = config_of(entry),
                    .gateway_config = gateway_config_of(entry),
                    .open_sockets = sockets(record),
                    .shared = vouched_for(record)};
  if (start.shared) start.companions.push_back(record.manifest);
  for (const auto& other : entries_) {
    if (start.shared && other->record.manifest->id != id && vouched_for(other->record) && other->record.isolation == record.isolation &&
        sockets(other->record) == start.open_sockets) {
      start.companions.push_back(other->record.manifest);
    }
  }
  start.on_lost = [this, id, generation = entry.generation](Lost what) {
    if (auto* now = find_generation(id, generation)) lost(*now, what);
  };
  start.on_registered = [this, id, generation = entry.generation] {
    auto* now = find_generation(id, generation);
    if (!now || !now->record.instance) return;
    take_registrations(*now, *now->record.instance->registrations());
    fill_registry();
    changed();
  };
  return start;
}

// Loading, configuring and starting are one step there, and what failed for now may be tried again.
Task<void> PluginSet::bring_up_elsewhere(EntryPtr entry) {
  Record& record = entry->record;
  if (!options_.elsewhere) {
    refuse(*entry, Step::load, DiagnosticCode::load_failed,
           fmt::format("runs in isolation `{}`, which this program does not offer", name_of(record.isolation)));
    co_return;
  }
  auto starting = options_.elsewhere->start(remote_start(*entry));
  auto instance = co_await std::move(starting);
  if (instance) {
    for (auto step : {Step::load, Step::configure, Step::start}) record.state = next_state(record.state, step, true);
    running(*entry, std::move(*instance));
  } else if (instance.error().code == ErrorCode::unavailable) {
    logger_of(record).warning("plugin {}: {}", record.manifest->id, instance.error().message);
    note_once(record, DiagnosticCode::start_failed, instance.error().message);
  } else {
    refuse(*entry, Step::load, DiagnosticCode::start_failed, instance.error().message);
  }
}

void PluginSet::running(Entry& entry, std::shared_ptr<Instance> instance) {
  Record& record = entry.record;
  record.instance = std::move(instance);
  if (!record.instance->is_remote()) {
    auto too_many = [this, id = record.manifest->id, generation = entry.generation] {
      if (auto* now = find_generation(id, generation)) quarantine(*now);
    };
    record.leftover_calls = std::make_shared<LeftoverCalls>(environment_.loop.timers(), std::move(too_many));
  }
  if (const auto* registrations = record.instance->registrations()) take_registrations(entry, *registrations);
}

// From now on consumers get it.
void PluginSet::in_service(const EntryPtr& entry) {
  Record& record = entry->record;
  started_.push_back(entry.get());
  auto level = record.instance->is_remote() ? log::Level::info : log::Level::debug;
  logger_of(record).write(level, {}, fmt::format("plugin {} {} started ({})", record.manifest->id,
                                                 record.manifest->version, name_of(record.isolation)));
  if (!record.instance->registrations()) return;
  fill_registry();
  changed();
}

PluginSet::Entry* PluginSet::find_generation(std::string_view plugin_id, std::uint64_t generation) const {
  auto entry = find_entry(plugin_id);
  return entry && entry->generation == generation ? entry.get() : nullptr;
}

void PluginSet::lost(Entry& entry, const Lost& what) {
  Record& record = entry.record;
  if (record.state != State::started) return;
  record.instance.reset();
  std::erase(started_, &entry);
  if (what.quarantined) {
    refuse(entry, Step::lose, DiagnosticCode::quarantined, what.reason);
  } else {
    logger_of(record).warning("plugin {}: {}; it is started again when it is needed", record.manifest->id, what.reason);
    record.state = next_state(record.state, Step::lose, true);
    note_once(record, DiagnosticCode::process_lost, what.reason);
  }
  changed();
}

void PluginSet::quarantine(Entry& entry) {
  if (entry.record.state != State::started) return;
  refuse(entry, Step::quarantine, DiagnosticCode::calls_unanswered,
         fmt::format("left {} calls without an answer, so it gets no more; `chela plugins restart {}` starts it "
                     "anew; report it to the plugin's author",
                     entry.record.leftover_calls->count(), entry.record.manifest->id));
}

void PluginSet::stop_all() {
  for (Entry* entry : std::exchange(started_, {}) | std::views::reverse) {
    entry->record.leftover_calls.reset();
    entry->record.instance->stop();
    entry->record.instance.reset();
    entry->record.state = next_state(entry->record.state, Step::stop, true);
  }
  for (const auto& retired : std::exchange(retired_, {})) {
    if (auto alive = retired.lock()) alive->stop();
  }
}

}  // namespace chela::plugins
