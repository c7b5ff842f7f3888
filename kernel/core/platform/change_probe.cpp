#include "kernel/core/platform/change_probe.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

#ifdef __linux__
#include <sys/inotify.h>
#endif

namespace chela::platform {

ChangeProbe::ChangeProbe(ChangeProbe&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), lost_(other.lost_) {}

ChangeProbe& ChangeProbe::operator=(ChangeProbe&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  lost_ = other.lost_;
  return *this;
}

ChangeProbe::~ChangeProbe() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

#ifdef __linux__

Result<ChangeProbe> ChangeProbe::open(const std::filesystem::path& directory) {
  auto what = "watching " + directory.string();
  ChangeProbe probe(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (probe.descriptor_ < 0) return fail_errno(what, errno);
  constexpr auto kEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                           IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
  if (::inotify_add_watch(probe.descriptor_, directory.c_str(), kEvents) < 0) return fail_errno(what, errno);
  return probe;
}

bool ChangeProbe::changed() {
  alignas(inotify_event) char events[4096];
  bool any = false;
  for (;;) {
    auto size = ::read(descriptor_, events, sizeof events);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return any || lost_;
    any = true;
    for (auto* at = events; at < events + size;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(at);
      lost_ = lost_ || (event.mask & (IN_IGNORED | IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT)) != 0;
      at += sizeof(inotify_event) + event.len;
    }
  }
}

#else

Result<ChangeProbe> ChangeProbe::open(const std::filesystem::path&) {
  return fail(ErrorCode::unsupported, "directories cannot be probed for changes on this system");
}

bool ChangeProbe::changed() { return true; }

#endif

}  // namespace chela::platform
