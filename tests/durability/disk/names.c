// The calls that change names: each is noted and can fail. And the one that tells SQLite how careful to be.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "journal.h"
#include "targets.h"

static int rename_any(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
  char from_within[kPathSize];
  char to_within[kPathSize];
  uint64_t from_folder = 0;
  uint64_t to_folder = 0;
  if (!find_name(from_at, from, from_within, &from_folder) || !find_name(to_at, to, to_within, &to_folder))
    return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
  lock_disk();
  uint64_t inode = inode_at(from_at, from);
  int fault = disk_fault(kClassName, to_within);
  int done = fault && fault != kFaultShort ? fail_with(fault)
                                           : (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
  if (done == 0) {
    disk_record record = {.type = kRecordRename, .inode = inode, .a = from_folder, .b = to_folder,
                          .first_size = (uint32_t)strlen(from_within), .second_size = (uint32_t)strlen(to_within)};
    disk_note(&record, from_within, to_within);
  }
  unlock_disk();
  return done;
}
int rename(const char *from, const char *to) { return rename_any(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_at, const char *from, int to_at, const char *to) {
  return rename_any(from_at, from, to_at, to, 0);
}
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
  return rename_any(from_at, from, to_at, to, flags);
}

int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
  char within[kPathSize];
  uint64_t folder = 0;
  if (!find_name(to_at, to, within, &folder)) return (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
  lock_disk();
  int fault = disk_fault(kClassName, within);
  int done = fault && fault != kFaultShort ? fail_with(fault) : (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
  if (done == 0) note_named(kRecordLink, inode_at(to_at, to), folder, within);
  unlock_disk();
  return done;
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int at, const char *path, int flags) {
  char within[kPathSize];
  uint64_t folder = 0;
  if (!find_name(at, path, within, &folder)) return (int)syscall(SYS_unlinkat, at, path, flags);
  lock_disk();
  uint64_t inode = inode_at(at, path);
  // A full disk does not keep one from removing.
  int fault = inode ? disk_fault(kClassName, within) : kFaultNone;
  if (fault == kFaultFull || fault == kFaultShort) fault = kFaultNone;
  int done = fault ? fail_with(fault) : (int)syscall(SYS_unlinkat, at, path, flags);
  if (done == 0) note_named(kRecordUnlink, inode, folder, within);
  unlock_disk();
  return done;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  struct stat info;
  if (lstat(path, &info) != 0) return -1;
  return unlinkat(AT_FDCWD, path, S_ISDIR(info.st_mode) ? AT_REMOVEDIR : 0);
}

int mkdirat(int at, const char *path, mode_t mode) {
  char within[kPathSize];
  uint64_t folder = 0;
  if (!find_name(at, path, within, &folder)) return (int)syscall(SYS_mkdirat, at, path, mode);
  lock_disk();
  int fault = inode_at(at, path) ? kFaultNone : disk_fault(kClassName, within);
  int done = fault && fault != kFaultShort ? fail_with(fault) : (int)syscall(SYS_mkdirat, at, path, mode);
  if (done == 0) note_named(kRecordMakeDir, inode_at(at, path), folder, within);
  unlock_disk();
  return done;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

typedef int exec_function(void *, const char *, int (*)(void *, int, char **, char **), void *, char **);

int sqlite3_exec(void *database, const char *sql, int (*on_row)(void *, int, char **, char **), void *argument,
                 char **problem) {
  static exec_function *real;
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "sqlite3_exec");
  const char *full = strstr(sql, "synchronous=FULL");
  if (!disk_control_now() || !(disk_control_now()->deceit & kDeceitNormal) || !full)
    return real(database, sql, on_row, argument, problem);
  char *weaker = NULL;
  if (asprintf(&weaker, "%.*ssynchronous=NORMAL%s", (int)(full - sql), sql, full + strlen("synchronous=FULL")) < 0)
    abort();
  int status = real(database, weaker, on_row, argument, problem);
  free(weaker);
  return status;
}
