// The part of a plugin set that puts one plugin in the place of another while everything else goes on.

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/plugins/plugin_set_entry.hpp"

namespace chela::plugins {
namespace {

// An instance that calls still hold ends with the last of them, or when they have had their time.
Task<Result<void>> end_after_grace(Loop& loop, std::weak_ptr<Instance> former) {
  (void)co_await sleep_until(loop, loop.now() + PluginSet::kReloadGrace, loop.shutdown_token());
  if (auto alive = former.lock()) alive->stop();
  co_return Result<void>();
}

// Which folder it is: an update puts another one at the same path.
std::string identity_of(const std::filesystem::path& folder) {
  struct stat info{};
  if (::stat(folder.c_str(), &info) != 0) return {};
  return fmt::format("{}:{}", info.st_dev, info.st_ino);
}

bool has_run(State state) {
  return state == State::started || state == State::quarantined || state == State::failed;
}

}  // namespace

std::string PluginSet::settings_of(const Entry& entry) const {
  const Record& record = entry.record;
  const Manifest& manifest = *record.manifest;
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", manifest.directory.string(), identity_of(manifest.directory),
                     manifest.version, *manifest.text, record.disabled_because, name_of(record.trust),
                     name_of(record.isolation), options_.open_sockets.contains(manifest.id), config_of(entry));
}

Task<Result<void>> PluginSet::reload(std::string plugin_id) {
  auto entry = find_entry(plugin_id);
  if (!entry) co_return fail(ErrorCode::not_found, "no plugin {} is known", plugin_id);
  co_return co_await reload_from_disk(entry, Start::if_it_ran);
}

Task<Result<void>> PluginSet::restart(std::string plugin_id) {
  auto entry = find_entry(plugin_id);
  if (!entry) co_return fail(ErrorCode::not_found, "no plugin {} is known", plugin_id);
  if (options_.elsewhere) options_.elsewhere->forgive(plugin_id);
  co_return co_await reload_from_disk(entry, Start::always);
}

Task<Result<void>> PluginSet::reload_from_disk(EntryPtr entry, Start start) {
  auto turn = co_await wait_for_turn(entry);
  auto folder = entry->record.manifest->directory;
  auto reading = run_blocking<Manifest>(environment_.loop, [folder] { return read_manifest_in(folder); });
  auto manifest = co_await std::move(reading);
  Result<void> done;
  if (entry->removed) {
    done = fail(ErrorCode::not_found, "the plugin was removed meanwhile");
  } else if (!manifest) {
    done = fail("reading its manifest", std::move(manifest.error()));
  } else if (const auto& id = entry->record.manifest->id; manifest->id != id) {
    done = fail(ErrorCode::invalid_argument, "{} holds the plugin {} now, not {}", folder.string(), manifest->id, id);
  } else {
    Discovery found;
    found.plugins.push_back({std::move(*manifest), entry->record.origin, {}});
    auto trust = trust_in(found);
    found.plugins[0].disabled_because = why_disabled(options_.selection, id, entry->record.origin);
    auto replacing = replace(entry, make_entry(std::move(found.plugins[0]), trust), start);
    done = co_await std::move(replacing);
  }
  co_return done;
}

// Within the turn of `entry`.
Task<Result<void>> PluginSet::replace(EntryPtr entry, EntryPtr next, Start start) {
  Record& record = next->record;
  if (record.state == State::disabled) {
    next->settings = settings_of(*next);
    commit(entry, *next);
    if (start == Start::if_it_ran) co_return Result<void>();
    co_return fail(ErrorCode::denied, "{}; enable it first", entry->record.disabled_because);
  }
  if (record.state == State::verified) {
    if (auto missing = missing_requirement(*next); !missing.empty()) {
      refuse(*next, Step::resolve, DiagnosticCode::requirement_missing,
             "needs " + missing + ", which no enabled plugin provides");
    } else {
      record.state = next_state(record.state, Step::resolve, true);
      next->offers = true;
      take_kept_registrations(*next);
    }
  }
  next->settings = settings_of(*next);
  const bool ran = has_run(entry->record.state);
  if (record.state == State::resolved && (start == Start::always || ran)) {
    next->reloaded = true;
    co_await bring_up(next);
  }
  const bool left_alone = start == Start::if_it_ran && !ran && record.state == State::resolved;
  if (record.state == State::started || left_alone) {
    commit(entry, *next);
    co_return Result<void>();
  }
  auto reason = record.diagnostics.empty() ? std::string("it did not start") : record.diagnostics.back().message;
  // What still works goes on; what did not work before shows why the new one does not.
  const State now = entry->record.state;
  if (now != State::started && now != State::resolved) {
    commit(entry, *next);
  } else {
    logger_of(entry->record).warning("plugin {}: not reloaded, version {} goes on: {}", entry->record.manifest->id,
                                     entry->record.manifest->version, reason);
  }
  co_return fail(ErrorCode::unavailable, "{}", reason);
}

void PluginSet::commit(const EntryPtr& entry, Entry& next) {
  const bool ran = entry->record.instance != nullptr;
  retire(*entry);
  entry->record = std::move(next.record);
  entry->door = next.door;
  entry->generation = next.generation;
  entry->offers = next.offers;
  entry->settings = std::move(next.settings);
  fill_registry();
  const bool told = entry->record.instance && entry->record.instance->registrations();
  if (entry->record.instance) in_service(entry);
  if (ran) logger_of(entry->record).info("plugin {} was reloaded", entry->record.manifest->id);
  if (!told) changed();
}

// Consumers that hold the instance finish their calls; without any it ends here.
void PluginSet::retire(Entry& entry) {
  entry.generation = 0;
  entry.record.leftover_calls.reset();
  std::erase(started_, &entry);
  std::weak_ptr<Instance> former = std::exchange(entry.record.instance, nullptr);
  std::erase_if(retired_, [](const auto& one) { return one.expired(); });
  if (former.expired()) return;
  retired_.push_back(former);
  environment_.loop.spawn("ending the former instance of plugin " + entry.record.manifest->id,
                          end_after_grace(environment_.loop, std::move(former)));
}

Task<void> PluginSet::remove_in_turn(EntryPtr entry) {
  auto turn = co_await wait_for_turn(entry);
  entry->removed = true;
  retire(*entry);
  std::erase(entries_, entry);
}

Task<Result<void>> PluginSet::replace_in_turn(EntryPtr entry, EntryPtr next) {
  auto turn = co_await wait_for_turn(entry);
  if (entry->removed) co_return Result<void>();
  co_return co_await replace(entry, std::move(next), Start::if_it_ran);
}

Task<Rescanned> PluginSet::rescan(PluginRules rules) {
  if (!rescans_) rescans_ = std::make_shared<Entry>();
  auto turn = co_await wait_for_turn(rescans_);
  options_.roots = std::move(rules.roots);
  options_.selection = std::move(rules.selection);
  options_.isolation = std::move(rules.isolation);
  options_.open_sockets = std::move(rules.open_sockets);
  auto looking = run_blocking<Discovery>(environment_.loop, [roots = options_.roots, selection = options_.selection,
                                                             linked_in = linked_in_ids()]() -> Result<Discovery> {
    return plugins::discover(roots, selection, linked_in);
  });
  auto discovery = co_await std::move(looking);
  Rescanned out;
  if (discovery) {
    auto taking = take_in(std::move(*discovery));
    out = co_await std::move(taking);
  } else {
    out.problems.push_back(discovery.error().message);
  }
  co_return out;
}

Task<Rescanned> PluginSet::take_in(Discovery discovery) {
  Rescanned out;
  auto trust = trust_in(discovery);
  diagnostics_ = std::move(discovery.diagnostics);
  replaced_.clear();
  for (auto& manifest : discovery.replaced) replaced_.push_back(std::make_shared<const Manifest>(std::move(manifest)));
  std::set<std::string> there;
  std::vector<std::pair<EntryPtr, EntryPtr>> differing;
  for (auto& found : discovery.plugins) {
    auto next = make_entry(std::move(found), trust);
    const auto& id = next->record.manifest->id;
    there.insert(id);
    if (auto entry = find_entry(id); !entry) {
      out.added.push_back(id);
      insert(std::move(next));
    } else if (entry->settings != settings_of(*next)) {
      differing.emplace_back(std::move(entry), std::move(next));
    }
  }
  auto before = entries_;
  for (const auto& entry : before) {
    const std::string id = entry->record.manifest->id;
    if (there.contains(id)) continue;
    out.removed.push_back(id);
    co_await remove_in_turn(entry);
  }
  resolve_requirements();
  if (!out.added.empty() || !out.removed.empty()) {
    fill_registry();
    changed();
  }
  for (auto& [entry, next] : differing) {
    const std::string id = entry->record.manifest->id;
    auto replacing = replace_in_turn(entry, std::move(next));
    auto replaced = co_await std::move(replacing);
    if (replaced) {
      out.reloaded.push_back(id);
    } else {
      out.problems.push_back(fmt::format("plugin {}: {}", id, replaced.error().message));
    }
  }
  co_return out;
}

}  // namespace chela::plugins
