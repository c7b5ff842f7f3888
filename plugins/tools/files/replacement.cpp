#include "plugins/tools/files/replacement.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <random>

#include "chela/failure.hpp"
#include "plugins/tools/files/text.hpp"

namespace chela::tools::files {

namespace {

// A file beside the target that is removed again unless it was renamed.
class TemporaryFile {
 public:
  TemporaryFile(const Fd& folder, const std::string& shown) : folder_(folder) {
    std::random_device random;
    for (int attempt = 0; attempt < 8; ++attempt) {
      char name[48];
      std::snprintf(name, sizeof name, ".chela-%08x%08x.tmp", random(), random());
      name_ = name;
      fd_ = Fd(::openat(folder.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
      if (fd_) return;
      if (errno != EEXIST) break;
    }
    throw_errno("writing " + shown, errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!renamed_ && fd_) ::unlinkat(folder_.get(), name_.c_str(), 0);
  }

  void fill(std::string_view bytes, mode_t mode, const std::string& shown) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno("writing " + shown, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fchmod(fd_.get(), mode) != 0 || ::fsync(fd_.get()) != 0) throw_errno("writing " + shown, errno);
  }

  void rename_to(const std::string& name, const std::string& shown) {
    if (::renameat(folder_.get(), name_.c_str(), folder_.get(), name.c_str()) != 0)
      throw_errno("writing " + shown, errno);
    renamed_ = true;
    // Makes the rename itself durable; a file system that cannot sync folders has nothing better to offer.
    ::fsync(folder_.get());
  }

 private:
  const Fd& folder_;
  std::string name_;
  Fd fd_;
  bool renamed_ = false;
};

bool same_time(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

bool same_version(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && same_time(a.st_mtim, b.st_mtim) &&
         same_time(a.st_ctim, b.st_ctim);
}

}  // namespace

std::optional<struct stat> find_target(const WritePlace& place, const std::string& shown) {
  struct stat info = {};
  if (::fstatat(place.folder.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw_errno("writing " + shown, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    throw Failure(CHELA_INVALID_ARGUMENT,
                  shown + " is " + kind_of(info.st_mode) + ", and only regular files are written");
  }
  if ((info.st_mode & S_IWUSR) == 0) throw Failure(CHELA_DENIED, shown + " is read-only (its mode says so)");
  return info;
}

Content read_whole(const WritePlace& place, const std::string& shown, std::size_t bytes_max) {
  const Fd file = Workspace::open_file_in(place.folder, place.name);
  Content content;
  if (::fstat(file.get(), &content.info) != 0) throw_errno("reading " + shown, errno);
  char piece[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(file.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("reading " + shown, errno);
    if (got == 0) return content;
    content.bytes.append(piece, static_cast<std::size_t>(got));
    if (content.bytes.size() > bytes_max) {
      throw Failure(CHELA_TOO_LARGE,
                    shown + " is larger than the " + grouped(bytes_max) + " bytes that can be changed");
    }
  }
}

void replace_file(const WritePlace& place, const std::string& shown, std::string_view bytes,
                  const std::optional<struct stat>& old, bool must_be_same) {
  TemporaryFile file(place.folder, shown);
  file.fill(bytes, old ? old->st_mode & 0777 : 0600, shown);
  if (must_be_same) {
    const std::optional<struct stat> now = find_target(place, shown);
    if (now.has_value() != old.has_value() || (now && !same_version(*now, *old))) {
      throw Failure(CHELA_ALREADY_EXISTS, shown + " was changed by somebody else meanwhile, and is left as it is; "
                                                  "read it again, then repeat the change");
    }
  }
  file.rename_to(place.name, shown);
}

}  // namespace chela::tools::files
