#include "kernel/core/platform/directory_watches.hpp"

#include <uv.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/loop/loop.hpp"

#ifdef __linux__
#include <sys/inotify.h>
#endif

namespace chela::platform {

#ifdef __linux__

namespace {

constexpr std::uint32_t kItself = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t kGone = kItself | IN_IGNORED | IN_UNMOUNT;
constexpr std::uint32_t kEntries = kItself | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB;
constexpr std::uint32_t kContents = kEntries | IN_MODIFY | IN_CLOSE_WRITE;

std::uint32_t mask_of(Notice notice) {
  auto mask = notice == Notice::itself ? kItself : notice == Notice::entries ? kEntries : kContents;
  return mask | IN_ONLYDIR | IN_MASK_ADD;  // another name of the same directory may have asked for more
}

// What two want to know of one directory.
WatchedDirectory joined(WatchedDirectory a, const WatchedDirectory& b) {
  bool all = (a.notice != Notice::itself && a.names.empty()) || (b.notice != Notice::itself && b.names.empty());
  a.notice = std::max(a.notice, b.notice);
  a.names.insert(a.names.end(), b.names.begin(), b.names.end());
  if (all) a.names.clear();
  return a;
}

}  // namespace

Result<std::shared_ptr<DirectoryWatches>> DirectoryWatches::open(std::size_t directories_max) {
  OwnedDescriptor descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!descriptor) return fail_errno("watching directories", errno);
  return std::shared_ptr<DirectoryWatches>(new DirectoryWatches(std::move(descriptor), directories_max));
}

Result<std::vector<std::string>> DirectoryWatches::set(const std::vector<WatchedDirectory>& wanted) {
  std::map<std::string_view, WatchedDirectory> by_directory;
  for (const auto& one : wanted) {
    auto [place, added] = by_directory.try_emplace(one.directory, one);
    if (!added) place->second = joined(std::move(place->second), one);
  }
  std::scoped_lock lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    auto next = std::next(entry);
    if (!by_directory.contains(entry->first)) forget(entry);
    entry = next;
  }
  std::vector<std::string> added;
  for (const auto& [directory, one] : by_directory) {
    CHELA_TRY(auto is_new, add(one));
    if (is_new) added.emplace_back(directory);
  }
  return added;
}

// False: it is watched in this way already, or cannot be.
Result<bool> DirectoryWatches::add(const WatchedDirectory& wanted) {
  auto known = entries_.find(wanted.directory);
  if (known != entries_.end()) {
    auto& entry = known->second;
    if (entry.notice == wanted.notice && entry.names == wanted.names) return false;
  } else if (entries_.size() >= directories_max_) {
    return fail(ErrorCode::exhausted, "watching {}: {} directories are watched already, which is the limit",
                wanted.directory, directories_max_);
  }
  int watch = ::inotify_add_watch(descriptor_.get(), wanted.directory.c_str(), mask_of(wanted.notice));
  if (watch < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP)) {
    if (known != entries_.end()) forget(known);
    return false;
  }
  if (watch < 0) return fail_errno("watching " + wanted.directory, errno);
  if (known != entries_.end() && known->second.watch != watch) {
    forget(known);
    known = entries_.end();
  }
  if (known == entries_.end()) {
    known = entries_.try_emplace(wanted.directory).first;
    directories_[watch].push_back(wanted.directory);
  }
  known->second = {watch, wanted.notice, wanted.names};
  return true;
}

void DirectoryWatches::forget(Entries::iterator entry) {
  auto names = directories_.find(entry->second.watch);
  CHELA_ASSERT(names != directories_.end(), "each directory has its watch");
  std::erase(names->second, entry->first);
  if (names->second.empty()) {
    ::inotify_rm_watch(descriptor_.get(), names->first);  // fails when the system has removed it already
    directories_.erase(names);
  }
  entries_.erase(entry);
}

void DirectoryWatches::forget_with_below(const std::string& directory) {
  auto first = entries_.lower_bound(directory + '/');
  auto last = entries_.lower_bound(directory + static_cast<char>('/' + 1));
  while (first != last) forget(first++);
  if (auto itself = entries_.find(directory); itself != entries_.end()) forget(itself);
}

DirectoryChanges DirectoryWatches::take() {
  DirectoryChanges changes;
  std::scoped_lock lock(mutex_);
  drain(changes);
  return changes;
}

void DirectoryWatches::drain(DirectoryChanges& changes) {
  alignas(inotify_event) char events[16 * 1024];
  for (;;) {
    auto size = ::read(descriptor_.get(), events, sizeof events);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    for (auto* at = events; at < events + size;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(at);
      take_event(event.wd, event.mask, event.len > 0 ? event.name : "", changes);
      at += sizeof(inotify_event) + event.len;
    }
  }
}

void DirectoryWatches::take_event(int watch, std::uint32_t mask, std::string_view name, DirectoryChanges& changes) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    changes.any = changes.lost = true;
    while (!entries_.empty()) forget(entries_.begin());  // what went may have gone unseen
    return;
  }
  auto found = directories_.find(watch);
  if (found == directories_.end()) return;
  auto directories = found->second;
  for (const auto& directory : directories) {
    const auto& entry = entries_.find(directory)->second;
    bool gone = (mask & kGone) != 0;
    bool named = entry.names.empty() || std::ranges::find(entry.names, name) != entry.names.end();
    if (!gone && (!named || entry.notice == Notice::itself)) continue;
    changes.any = true;
    changes.touched.insert(directory);
  }
  if ((mask & kGone) == 0) return;
  // Those below a moved directory are told of nothing, and their names lead elsewhere now.
  for (const auto& directory : directories) forget_with_below(directory);
}

#else

Result<std::shared_ptr<DirectoryWatches>> DirectoryWatches::open(std::size_t) {
  return fail(ErrorCode::unsupported, "watching directories: not on this system");
}
Result<std::vector<std::string>> DirectoryWatches::set(const std::vector<WatchedDirectory>&) {
  return std::vector<std::string>{};
}
DirectoryChanges DirectoryWatches::take() {
  return {};
}

#endif

DirectoryWatches::~DirectoryWatches() = default;

struct DirectoryEvents::Handle {
  uv_poll_t poll{};
  std::shared_ptr<DirectoryWatches> watches;  // its descriptor must outlive the poll
  std::move_only_function<void()> on_event;
};

DirectoryEvents::DirectoryEvents(Loop& loop, std::shared_ptr<DirectoryWatches> watches,
                                 std::move_only_function<void()> on_event)
    : handle_(std::make_unique<Handle>().release()) {
  handle_->watches = std::move(watches);
  handle_->on_event = std::move(on_event);
  handle_->poll.data = handle_;
  int status = uv_poll_init(loop.uv(), &handle_->poll, handle_->watches->descriptor_.get());
  CHELA_ASSERT(status == 0, "inotify can be polled");
  uv_poll_start(&handle_->poll, UV_READABLE, [](uv_poll_t* poll, int, int) {
    auto* handle = static_cast<Handle*>(poll->data);
    if (handle->on_event) handle->on_event();  // may destroy the owner
  });
}

DirectoryEvents::~DirectoryEvents() {
  uv_poll_stop(&handle_->poll);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->poll),
           [](uv_handle_t* closed) { std::unique_ptr<Handle> freed(static_cast<Handle*>(closed->data)); });
}

}  // namespace chela::platform
