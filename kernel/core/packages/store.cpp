#include "kernel/core/packages/store.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstdio>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/packages/package.hpp"
#include "kernel/core/packages/semver.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStaging = ".staging-";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

// The package or repository of a source that others fill, without its version; empty for files of this machine.
std::string_view remote_origin(std::string_view source) {
  if (!source.starts_with("npm:") && !source.starts_with("clawhub:") && !source.starts_with("git:")) return {};
  auto scheme = source.find("://");
  // Past the @ of a scope, or of a user of the host.
  auto from = scheme == std::string_view::npos ? source.find(':') + 2 : source.find('/', scheme + 3);
  return source.substr(0, source.find('@', from));
}

Result<void> rename_once(const fs::path& from, const fs::path& to, unsigned flags) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return {};
  return fail_errno("moving " + from.filename().string() + " to " + to.string(), errno);
}

Result<void> remove_folder(const fs::path& folder) {
  std::error_code problem;
  fs::remove_all(folder, problem);
  return problem ? Result<void>(fail_errno("removing " + folder.string(), problem.value())) : Result<void>();
}

}  // namespace

Result<Store> Store::open(const fs::path& home, StepHook before_step) {
  Store store(home, std::move(before_step));
  CHELA_CHECK(platform::make_private_directory(store.plugins_ / ".previous"));
  auto turn = store.plugins_ / ".turn";
  store.turn_ = platform::OwnedDescriptor(::open(turn.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!store.turn_) return fail_errno("opening " + turn.string(), errno);
  if (::flock(store.turn_.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::unavailable, "another `chela plugins` changes the plugins of {}; wait until it is done",
                home.string());
  }
  CHELA_TRY(store.lock_, read_lock_file(store.file_));
  CHELA_CHECK(store.recover());
  store.remove_leftovers();
  return store;
}

Store::~Store() {
  if (turn_ && !lock_.pending) remove_leftovers();  // else what was staged is the version before
}

const InstalledPlugin* Store::find(std::string_view id) const {
  auto found = lock_.plugins.find(std::string(id));
  return found == lock_.plugins.end() ? nullptr : &found->second;
}

Result<fs::path> Store::make_staging() {
  auto folder = plugins_ / (std::string(kStaging) + random_hex(12));
  CHELA_CHECK(platform::make_private_directory(folder));
  return folder;
}

// Leftovers of those that were killed: whoever holds the turn is alone.
void Store::remove_leftovers() const {
  std::error_code ignored;
  for (fs::directory_iterator at(plugins_, ignored), end; at != end; at.increment(ignored)) {
    if (at->path().filename().string().starts_with(kStaging)) fs::remove_all(at->path(), ignored);
  }
}

Result<void> Store::sync() const {
  platform::OwnedDescriptor root(::open(plugins_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root || ::syncfs(root.get()) != 0) return fail_errno("writing " + plugins_.string(), errno);
  return {};
}

Result<void> Store::save() {
  CHELA_CHECK(step("write the lock file"));
  return write_lock_file(file_, lock_);
}

Result<void> Store::begin(PendingChange change) {
  lock_.pending = std::move(change);
  auto saved = save();
  if (!saved) lock_.pending.reset();
  return saved;
}

Result<void> Store::forget_change() {
  lock_.pending.reset();
  return save();
}

// One step where the file system can; else two, and recover() knows the state between them.
Result<void> Store::exchange(const fs::path& staged, const fs::path& place) {
  CHELA_CHECK(step("swap"));
  auto swapped = rename_once(staged, place, is_there(place) ? RENAME_EXCHANGE : RENAME_NOREPLACE);
  if (!swapped) return swapped;
  return sync();
}

Result<void> Store::check_name(const LockEntry& entry) const {
  if (!is_safe_id(entry.id)) return fail(ErrorCode::invalid_argument, "`{}` is no plugin id", entry.id);
  if (!find(entry.id) && is_there(folder(entry.id))) {
    return fail(ErrorCode::already_exists, "{} is there already and was not installed; move it away first",
                folder(entry.id).string());
  }
  std::error_code ignored;
  for (fs::directory_iterator at(plugins_, ignored), end; at != end; at.increment(ignored)) {
    auto other = at->path().filename().string();
    if (other != entry.id && equal_ignoring_case(other, entry.id))
      return fail(ErrorCode::already_exists, "the plugin {} differs from {} in case only", other, entry.id);
  }
  return {};
}

// A stranger's package must not come in place of one that is known, be it older, unsigned or of the same id.
Result<void> Store::check_new(const LockEntry& entry, const Allowances& allowed) const {
  CHELA_CHECK(check_name(entry));
  auto floor = lock_.floors.find(entry.id);
  if (!allowed.older && floor != lock_.floors.end() && is_older(entry.version, floor->second)) {
    return fail(ErrorCode::denied, "{} {} is older than {}, which was installed before; --allow-older takes it",
                entry.id, entry.version, floor->second);
  }
  const auto* plugin = find(entry.id);
  if (!plugin) return {};
  const auto& old = plugin->current;
  if (!allowed.older && is_older(entry.version, old.version)) {
    return fail(ErrorCode::denied, "{} {} is older than {}; `rollback` or --allow-older takes it", entry.id,
                entry.version, old.version);
  }
  if (!allowed.replaced && old.signature == SignatureState::trusted && entry.signature != SignatureState::trusted) {
    return fail(ErrorCode::denied,
                "{} {} was signed with key {}, and {} is not signed with a key that you trust; "
                "--replace takes it",
                entry.id, old.version, old.key_id, entry.version);
  }
  auto origin = remote_origin(entry.source), old_origin = remote_origin(old.source);
  if (origin.empty() || old_origin.empty()) return {};
  if (!allowed.replaced && origin != old_origin)
    return fail(ErrorCode::denied, "{} was installed from {}, not from {}; --replace takes it", entry.id, old_origin,
                origin);
  if (entry.version == old.version && entry.integrity != old.integrity) {
    return fail(ErrorCode::denied,
                "{} {} is not what the registry gave out under this version before; `remove` it "
                "first if that is as it should be",
                entry.id, entry.version);
  }
  return {};
}

Result<void> Store::install(const fs::path& staged, LockEntry entry, const Allowances& allowed) {
  CHELA_CHECK(check_new(entry, allowed));
  CHELA_CHECK(verify_folder(staged, entry));
  CHELA_CHECK(sync());
  auto id = entry.id;
  CHELA_CHECK(
      begin({PendingChange::Kind::install, id, staged.lexically_relative(plugins_).string(), std::move(entry)}));
  if (auto swapped = exchange(staged, folder(id)); !swapped) {
    if (auto undone = recover(); !undone) return undone;
    return swapped;
  }
  return finish_install();
}

// The new version is in place; what was there before is where it was staged.
Result<void> Store::finish_install() {
  const auto& pending = *lock_.pending;
  auto id = pending.id;
  auto old = plugins_ / pending.staged;
  auto known = lock_.plugins.find(id);
  if (is_there(old)) {
    CHELA_CHECK(step("drop the version before the last"));
    CHELA_CHECK(remove_folder(previous(id)));
    CHELA_CHECK(step("keep the last version"));
    CHELA_CHECK(rename_once(old, previous(id), RENAME_NOREPLACE));
    CHELA_CHECK(sync());
  }
  InstalledPlugin now{*pending.entry, std::nullopt};
  if (known != lock_.plugins.end() && is_there(previous(id))) now.previous = known->second.current;
  if (now.current.signature == SignatureState::trusted) {
    auto [floor, added] = lock_.floors.try_emplace(id, now.current.version);
    if (!added && is_older(floor->second, now.current.version)) floor->second = now.current.version;
  }
  lock_.plugins.insert_or_assign(id, std::move(now));
  return forget_change();
}

Result<void> Store::remove(std::string_view id) {
  if (!find(id)) return fail(ErrorCode::not_found, "no plugin {} is installed", id);
  CHELA_TRY(auto staging, make_staging());
  auto staged = staging / "removed";
  CHELA_CHECK(begin({PendingChange::Kind::remove, std::string(id), staged.lexically_relative(plugins_).string(), {}}));
  CHELA_CHECK(step("take away"));
  if (is_there(folder(id))) CHELA_CHECK(rename_once(folder(id), staged, RENAME_NOREPLACE));
  CHELA_CHECK(sync());
  return finish_remove();
}

Result<void> Store::finish_remove() {
  auto id = lock_.pending->id;
  CHELA_CHECK(step("drop the previous version"));
  CHELA_CHECK(remove_folder(previous(id)));
  lock_.plugins.erase(id);
  CHELA_CHECK(forget_change());
  remove_leftovers();
  return {};
}

Result<void> Store::roll_back(std::string_view id) {
  const auto* plugin = find(id);
  if (!plugin) return fail(ErrorCode::not_found, "no plugin {} is installed", id);
  if (!plugin->previous) return fail(ErrorCode::not_found, "there is no version of {} before this one", id);
  CHELA_CHECK(verify_folder(previous(id), *plugin->previous));
  CHELA_CHECK(begin({PendingChange::Kind::roll_back, std::string(id), "", {}}));
  CHELA_CHECK(exchange(previous(id), folder(id)));
  return finish_roll_back();
}

Result<void> Store::finish_roll_back() {
  auto plugin = lock_.plugins.find(lock_.pending->id);
  if (plugin != lock_.plugins.end() && plugin->second.previous)
    std::swap(plugin->second.current, *plugin->second.previous);
  return forget_change();
}

Result<void> Store::record(LockEntry entry) {
  auto plugin = lock_.plugins.find(entry.id);
  if (plugin == lock_.plugins.end()) return fail(ErrorCode::not_found, "no plugin {} is installed", entry.id);
  plugin->second.current = std::move(entry);
  return save();
}

Result<void> Store::recover() {
  if (!lock_.pending) return {};
  const auto pending = *lock_.pending;
  auto place = folder(pending.id);
  switch (pending.kind) {
    case PendingChange::Kind::install: {
      auto staged = plugins_ / pending.staged;
      if (!is_there(place) && verify_folder(staged, *pending.entry)) CHELA_CHECK(exchange(staged, place));
      return verify_folder(place, *pending.entry) ? finish_install() : forget_change();
    }
    case PendingChange::Kind::remove:
      return is_there(place) ? forget_change() : finish_remove();
    case PendingChange::Kind::roll_back: {
      const auto* plugin = find(pending.id);
      const bool swapped = plugin && plugin->previous && verify_folder(place, *plugin->previous);
      return swapped ? finish_roll_back() : forget_change();
    }
  }
  return {};
}

}  // namespace chela::packages
