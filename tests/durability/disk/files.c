// Loaded before the C library: notes what the program tells its disk, so that model.py can say what the disk would hold
// after a power cut, and makes single operations fail. fsync is noted and not carried out.
// Files of the watched folder are found by their descriptor, whoever opened them; changes of names by their call.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "journal.h"
#include "targets.h"

enum { kLateSyncUs = 10000 };

// --- opening

static int open_at(int at, const char *path, int flags, mode_t mode) {
  char within[kPathSize];
  uint64_t folder = 0;
  if (!(flags & (O_CREAT | O_TRUNC)) || !find_name(at, path, within, &folder))
    return (int)syscall(SYS_openat, at, path, flags, mode);
  lock_disk();
  uint64_t before = inode_at(at, path);
  int fault = before ? kFaultNone : disk_fault(kClassName, within);
  int fd = fault && fault != kFaultShort ? fail_with(fault) : (int)syscall(SYS_openat, at, path, flags, mode);
  if (fd >= 0 && !before) note_named(kRecordCreate, inode_at(at, path), folder, within);
  if (fd >= 0 && before && (flags & O_TRUNC)) disk_note(&(disk_record){.type = kRecordTruncate, .inode = before}, "", "");
  unlock_disk();
  return fd;
}

#define OPTIONAL_MODE(flags)                              \
  mode_t mode = 0;                                        \
  if ((flags) & (O_CREAT | __O_TMPFILE)) {                \
    va_list rest;                                         \
    va_start(rest, flags);                                \
    mode = va_arg(rest, mode_t);                          \
    va_end(rest);                                         \
  }

int open(const char *path, int flags, ...) {
  OPTIONAL_MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  OPTIONAL_MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
  OPTIONAL_MODE(flags)
  return open_at(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
  OPTIONAL_MODE(flags)
  return open_at(at, path, flags, mode);
}
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

// --- writing

static void note_write(const target *file, uint64_t offset, const void *bytes, size_t size) {
  disk_record record = {.type = kRecordWrite, .inode = file->info.st_ino, .a = offset, .first_size = (uint32_t)size};
  disk_note(&record, bytes, NULL);
}

// `offset` -1: at the position of the descriptor.
static ssize_t write_file(int fd, const target *file, const void *bytes, size_t size, off_t offset) {
  lock_disk();
  int fault = disk_fault(kClassWrite, file->path);
  size_t wanted = size;
  if (fault == kFaultFull || fault == kFaultInterrupted) wanted = 0;
  if (fault == kFaultBroken || fault == kFaultKill || (fault == kFaultShort && size > 1)) wanted = size / 2;
  ssize_t written = 0;
  if (wanted > 0 || !fault) {
    written = offset < 0 ? syscall(SYS_write, fd, bytes, wanted) : syscall(SYS_pwrite64, fd, bytes, wanted, offset);
    if (written > 0) {
      if (offset < 0) offset = lseek(fd, 0, SEEK_CUR) - written;
      note_write(file, (uint64_t)offset, bytes, (size_t)written);
    }
  }
  if (fault && fault != kFaultShort) written = fail_with(fault);
  unlock_disk();
  return written;
}

static ssize_t write_socket(int fd, const void *bytes, size_t size, int flags, int is_send) {
  lock_disk();
  ssize_t sent = is_send ? syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0) : syscall(SYS_write, fd, bytes, size);
  if (sent > 0) {
    struct stat info;
    fstat(fd, &info);
    disk_record record = {.type = kRecordSent, .inode = info.st_ino, .first_size = (uint32_t)sent};
    disk_note(&record, bytes, NULL);
  }
  unlock_disk();
  return sent;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  target file;
  if (find_target(fd, &file)) return write_file(fd, &file, bytes, size, -1);
  if (is_socket(fd)) return write_socket(fd, bytes, size, 0, 0);
  return syscall(SYS_write, fd, bytes, size);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags) {
  return is_socket(fd) ? write_socket(fd, bytes, size, flags, 1) : syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0);
}

static ssize_t pwrite_any(int fd, const void *bytes, size_t size, off_t offset) {
  target file;
  if (find_target(fd, &file)) return write_file(fd, &file, bytes, size, offset);
  return syscall(SYS_pwrite64, fd, bytes, size, offset);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) { return pwrite_any(fd, bytes, size, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset) { return pwrite_any(fd, bytes, size, offset); }

// As one piece, so that it is one record.
static ssize_t write_joined(int fd, const struct iovec *parts, int count, const target *file) {
  size_t size = 0;
  for (int i = 0; i < count; ++i) size += parts[i].iov_len;
  char *joined = malloc(size ? size : 1);
  if (!joined) abort();
  size_t filled = 0;
  for (int i = 0; i < count; filled += parts[i++].iov_len) memcpy(joined + filled, parts[i].iov_base, parts[i].iov_len);
  ssize_t written = file ? write_file(fd, file, joined, size, -1) : write_socket(fd, joined, size, 0, 0);
  int saved = errno;
  free(joined);
  errno = saved;
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  target file;
  if (find_target(fd, &file)) return write_joined(fd, parts, count, &file);
  if (is_socket(fd)) return write_joined(fd, parts, count, NULL);
  return syscall(SYS_writev, fd, parts, count);
}

static int truncate_any(int fd, off_t size) {
  target file;
  if (!find_target(fd, &file)) return (int)syscall(SYS_ftruncate, fd, size);
  lock_disk();
  int fault = disk_fault(kClassTruncate, file.path);
  int done = fault && fault != kFaultShort ? fail_with(fault) : (int)syscall(SYS_ftruncate, fd, size);
  if (done == 0) {
    disk_record record = {.type = kRecordTruncate, .inode = file.info.st_ino, .a = (uint64_t)size};
    disk_note(&record, "", "");
  }
  unlock_disk();
  return done;
}
int ftruncate(int fd, off_t size) { return truncate_any(fd, size); }
int ftruncate64(int fd, off_t size) { return truncate_any(fd, size); }

// Refused, as some file systems do: programs then write instead.
int fallocate(int fd, int mode, off_t offset, off_t size) {
  target file;
  if (!find_target(fd, &file)) return (int)syscall(SYS_fallocate, fd, mode, offset, size);
  errno = EOPNOTSUPP;
  return -1;
}

// --- syncing

// The time of a disk, which works in its own.
static void take_time(long microseconds) {
  ppoll(NULL, 0, &(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
}

typedef struct late_sync {
  disk_record end;
} late_sync;

static void *end_late(void *argument) {
  late_sync *late = argument;
  take_time(kLateSyncUs);
  disk_note(&late->end, "", "");
  free(late);
  return NULL;
}

static int end_sync_late(disk_record end) {
  late_sync *late = malloc(sizeof *late);
  if (!late) abort();
  late->end = end;
  pthread_t thread;
  if (pthread_create(&thread, NULL, end_late, late) != 0) abort();
  pthread_detach(thread);
  return 0;
}

static int ends_with(const char *text, const char *end) {
  size_t size = strlen(text);
  return size >= strlen(end) && strcmp(text + size - strlen(end), end) == 0;
}

static int sync_any(int fd, long number) {
  static uint64_t tokens;
  target file;
  if (!find_target(fd, &file)) return (int)syscall(number, fd);
  disk_control *control = disk_control_now();
  int is_wal = ends_with(file.path, "-wal");
  if ((control->deceit & kDeceitWalSync) && is_wal) return 0;
  if ((control->deceit & kDeceitFolderSync) && S_ISDIR(file.info.st_mode)) return 0;
  uint64_t token = ((uint64_t)getpid() << 32) | __atomic_add_fetch(&tokens, 1, __ATOMIC_RELAXED);
  lock_disk();
  int fault = disk_fault(kClassSync, file.path);
  if (fault == kFaultKill) fail_with(fault);
  disk_record begin = {.type = kRecordSyncBegin, .inode = file.info.st_ino, .a = token};
  disk_note(&begin, "", "");
  unlock_disk();
  disk_record end = {.type = kRecordSyncEnd, .inode = file.info.st_ino, .a = token,
                     .b = fault == kFaultFull ? ENOSPC : fault == kFaultBroken ? EIO : 0};
  if ((control->deceit & kDeceitLateSync) && is_wal) return end_sync_late(end);
  if (control->sync_us_max) take_time((long)((token * 2654435761u) % control->sync_us_max));
  disk_note(&end, "", "");
  if (end.b == 0) return 0;
  errno = (int)end.b;
  return -1;
}
int fsync(int fd) { return sync_any(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_any(fd, SYS_fdatasync); }
