#include "plugins/tools/files/workspace.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <system_error>

#include "chela/failure.hpp"
#include "plugins/tools/files/paths.hpp"

namespace chela::tools::files {

namespace {

// The kernel gives up with EAGAIN when something was renamed while it resolved a "..".
constexpr int kRaceRetriesMax = 128;

int open_beneath(int at, const char* path, int flags, std::uint64_t resolve) {
  open_how how = {};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = resolve | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int i = 0; i < kRaceRetriesMax; ++i) {
    const long fd = ::syscall(SYS_openat2, at, path, &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno != EAGAIN && errno != EINTR) return -1;
  }
  return -1;
}

Fd regular_or_throw(Fd fd, const std::string& shown) {
  struct stat info = {};
  if (::fstat(fd.get(), &info) != 0) throw_errno(shown, errno);
  if (!S_ISREG(info.st_mode)) {
    throw Failure(CHELA_INVALID_ARGUMENT, shown + " is " + kind_of(info.st_mode) + ", not a regular file");
  }
  return fd;
}

}  // namespace

void throw_errno(const std::string& what, int error_number) {
  switch (error_number) {
    case ENOENT:
      throw Failure(CHELA_NOT_FOUND, what + " does not exist; use list_files to see what is there");
    case ENOTDIR:
      throw Failure(CHELA_NOT_FOUND, what + ": a part of the path is a file, not a folder");
    case EXDEV:
      throw Failure(CHELA_DENIED, what + " leads out of the workspace, or into another file system mounted there");
    case ELOOP:
      throw Failure(CHELA_DENIED, what + " goes through a symbolic link; name the place that it points to");
    case ENXIO:
      throw Failure(CHELA_INVALID_ARGUMENT, what + " is a socket, pipe or device, not a regular file");
    case EACCES:
    case EPERM:
      throw Failure(CHELA_DENIED, what + ": the gateway's user has no permission");
    case EROFS:
      throw Failure(CHELA_DENIED, what + ": the file system is read-only");
    case ENAMETOOLONG:
      throw Failure(CHELA_INVALID_ARGUMENT, what + ": a name in the path is too long (255 bytes at most)");
    case ENOSPC:
    case EDQUOT:
      throw Failure(CHELA_EXHAUSTED, what + ": no space is left on the disk");
    case EFBIG:
      throw Failure(CHELA_TOO_LARGE, what + ": the file would be too large");
    case EAGAIN:
      throw Failure(CHELA_UNAVAILABLE, what + ": folders on the way are being renamed; try again");
    case ENOSYS:
      throw Failure(CHELA_UNSUPPORTED, what + ": this kernel has no openat2, which keeps file tools inside the "
                                              "workspace; Linux 5.6 or newer is needed");
    default:
      throw Failure(CHELA_UNAVAILABLE, what + ": " + std::generic_category().message(error_number));
  }
}

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISLNK(mode)) return "a symbolic link";
  return S_ISREG(mode) ? "a file" : "a device";
}

Workspace::Workspace(const std::string& root, const WorkspaceRules& rules) : root_(root), rules_(rules) {
  if (root.empty() || root.front() != '/') {
    throw Failure(CHELA_UNAVAILABLE, "file tools need a workspace, and none is configured (agents.defaults.workspace)");
  }
  char resolved[PATH_MAX];
  if (::realpath(root.c_str(), resolved) != nullptr) resolved_root_ = resolved;
  fd_ = Fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd_) {
    throw Failure(CHELA_UNAVAILABLE,
                  "opening the workspace " + displayed(root) + ": " + std::generic_category().message(errno));
  }
}

std::string Workspace::relative(std::string_view path) const { return to_relative(path, root_, resolved_root_); }

Fd Workspace::open(const Fd& at, const std::string& path, int flags, bool follow_links) const {
  std::uint64_t resolve = 0;
  if (!follow_links) resolve |= RESOLVE_NO_SYMLINKS;
  if (!rules_.cross_mounts) resolve |= RESOLVE_NO_XDEV;
  return Fd(open_beneath(at.get(), path.c_str(), flags, resolve));
}

Fd Workspace::open_file(const std::string& relative) const {
  const std::string shown = displayed(relative);
  // First a look that opens nothing: opening a device can already do something.
  Fd look = open(fd_, relative, O_PATH, rules_.follow_links);
  if (!look) throw_errno(shown, errno);
  regular_or_throw(std::move(look), shown);
  Fd file = open(fd_, relative, O_RDONLY | O_NONBLOCK | O_NOCTTY, rules_.follow_links);
  if (!file) throw_errno(shown, errno);
  return regular_or_throw(std::move(file), shown);
}

Fd Workspace::open_folder(const std::string& relative) const {
  Fd folder = open(fd_, relative, O_RDONLY | O_DIRECTORY | O_NONBLOCK, rules_.follow_links);
  if (folder) return folder;
  if (errno == ENOTDIR) throw Failure(CHELA_INVALID_ARGUMENT, displayed(relative) + " is not a folder; use read_file");
  throw_errno(displayed(relative), errno);
}

Fd Workspace::open_folder_below(const Fd& top, const std::string& path) const {
  return open(top, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, false);
}

WritePlace Workspace::open_for_write(const std::vector<std::string>& parts, bool make_folders) const {
  constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NONBLOCK;
  Fd folder = open(fd_, ".", kFolder, false);
  if (!folder) throw_errno("the workspace", errno);
  std::string path;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    path += (i == 0 ? "" : "/") + parts[i];
    Fd next = open(folder, parts[i], kFolder, false);
    if (!next && errno == ENOENT && make_folders) {
      const bool made = ::mkdirat(folder.get(), parts[i].c_str(), 0700) == 0;
      if (!made && errno != EEXIST) throw_errno("making the folder " + displayed(path), errno);
      // Without it a power cut takes the new folder and the file that is synced within it.
      if (made && ::fsync(folder.get()) != 0 && errno != EINVAL) throw_errno("making the folder " + displayed(path), errno);
      next = open(folder, parts[i], kFolder, false);
    }
    if (!next) throw_errno(displayed(path), errno);
    folder = std::move(next);
  }
  return {std::move(folder), parts.back()};
}

Fd Workspace::open_file_in(const Fd& folder, const std::string& name) {
  Fd file(open_beneath(folder.get(), name.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_NO_SYMLINKS));
  if (!file) throw_errno(displayed(name), errno);
  return regular_or_throw(std::move(file), displayed(name));
}

}  // namespace chela::tools::files
