#include "kernel/core/store/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/core/base/text.hpp"

namespace chela::store {

namespace {

std::string this_process() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return fmt::format("process {} on {}\n", getpid(), host.data());
}

// May be empty: the other one has the lock and has not written yet.
std::string read_holder(int descriptor) {
  std::array<char, 512> text{};
  ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  std::string_view holder = trim({text.data(), size > 0 ? static_cast<std::size_t>(size) : 0});
  return std::string(holder.empty() ? "another process" : holder);
}

}  // namespace

Result<StateLock> StateLock::acquire(const std::filesystem::path& file) {
  std::string purpose = "locking " + file.string();
  int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail_errno(purpose, errno);
  StateLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail_errno(purpose, errno);
    return fail(ErrorCode::unavailable,
                "{}: {} uses this state directory; stop it first, or give this one a directory of its own (CHELA_HOME)",
                purpose, read_holder(descriptor));
  }
  std::string holder = this_process();
  if (ftruncate(descriptor, 0) != 0) return fail_errno(purpose, errno);
  // A full disk must not keep the program from starting: who holds it is only told to people.
  (void)!pwrite(descriptor, holder.data(), holder.size(), 0);
  return lock;
}

StateLock::StateLock(StateLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

StateLock& StateLock::operator=(StateLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

// The file stays: removing it would let two processes lock two files of the same name.
StateLock::~StateLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace chela::store
