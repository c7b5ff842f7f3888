#include "kernel/core/platform/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "kernel/core/base/random.hpp"

namespace chela::platform {

namespace fs = std::filesystem;

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

Result<void> write_all(int fd, std::string_view bytes, const std::string& what) {
  while (!bytes.empty()) {
    ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail_errno(what, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// A new name is durable only when the directory that holds it is.
Result<void> sync_directory(const fs::path& directory, const std::string& what) {
  Descriptor open_directory(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open_directory.get() < 0 && errno == EACCES) return {};  // one may add names to it, but not open it
  if (open_directory.get() < 0) return fail_errno(what, errno);
  if (::fsync(open_directory.get()) != 0 && errno != EINVAL)
    return fail_errno(what, errno);  // EINVAL: cannot be synced
  return {};
}

Result<void> write_new_file(const fs::path& file, std::string_view bytes, std::uint32_t mode, const std::string& what) {
  Descriptor created(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (created.get() < 0) return fail_errno(what, errno);
  if (::fchmod(created.get(), mode) != 0) return fail_errno(what, errno);  // the umask may have taken bits away
  CHELA_CHECK(write_all(created.get(), bytes, what));
  if (::fsync(created.get()) != 0) return fail_errno(what, errno);
  if (!created.close()) return fail_errno(what, errno);
  return {};
}

}  // namespace

Result<std::string> read_file(const fs::path& file, std::uint64_t bytes_max) {
  std::string what = "reading " + file.string();
  // Without O_NONBLOCK, opening a FIFO waits for a writer.
  Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened.get() < 0) return fail_errno(what, errno);
  struct stat info{};
  if (::fstat(opened.get(), &info) != 0) return fail_errno(what, errno);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::invalid_argument, "{}: it is not a regular file", what);
  auto too_large = [&] { return fail(ErrorCode::too_large, "{}: it has more than {} bytes", what, bytes_max); };
  if (static_cast<std::uint64_t>(info.st_size) > bytes_max) return too_large();

  std::string bytes;
  std::size_t filled = 0;
  bytes.resize(static_cast<std::size_t>(info.st_size) + 1);  // one more, so that the end is seen without growing
  for (;;) {
    ssize_t got = ::read(opened.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0) {
      if (errno == EINTR) continue;
      return fail_errno(what, errno);
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > bytes_max) return too_large();
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2);  // files in /proc have no size; others may grow
  }
  bytes.resize(filled);
  return bytes;
}

Result<void> write_file_atomically(const fs::path& file, std::string_view bytes, std::uint32_t mode) {
  std::string what = "writing " + file.string();
  fs::path directory = file.has_parent_path() ? file.parent_path() : fs::path(".");
  fs::path temporary = directory / fmt::format(".{}.{}.tmp", file.filename().string(), random_hex(12));
  if (auto written = write_new_file(temporary, bytes, mode, what); !written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) {
    int error_number = errno;
    ::unlink(temporary.c_str());
    return fail_errno(what, error_number);
  }
  return sync_directory(directory, what);
}

Result<void> make_private_directory(const fs::path& directory) {
  std::string what = "making the directory " + directory.string();
  fs::path parent = directory.has_parent_path() ? directory.parent_path() : fs::path(".");
  // Its name is in the directory above: unless that is synced too, a power cut takes all that is in the new one.
  if (::mkdir(directory.c_str(), kPrivateDirectoryMode) == 0) return sync_directory(parent, what);
  if (errno == ENOENT && parent != directory) {
    CHELA_CHECK(make_private_directory(parent));
    if (::mkdir(directory.c_str(), kPrivateDirectoryMode) == 0) return sync_directory(parent, what);
  }
  if (errno != EEXIST) return fail_errno(what, errno);
  struct stat info{};
  if (::stat(directory.c_str(), &info) != 0) return fail_errno(what, errno);
  if (!S_ISDIR(info.st_mode)) {
    return fail(ErrorCode::already_exists, "{}: there is a file of that name", what);
  }
  return {};
}

Result<void> sync_names(const fs::path& directory) {
  std::string what = "syncing the names above " + directory.string();
  std::error_code error;
  auto at = fs::canonical(directory, error);
  if (error) return fail_errno(what, error.value());
  for (; at.has_relative_path(); at = at.parent_path()) {
    struct stat info{};
    if (::stat(at.c_str(), &info) != 0) return fail_errno(what, errno);
    if (info.st_uid != ::geteuid()) break;
    CHELA_CHECK(sync_directory(at.parent_path(), what));
  }
  return {};
}

}  // namespace chela::platform
