#define _GNU_SOURCE
#include "targets.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"

void lock_disk(void) { pthread_mutex_lock(&disk_mutex); }
void unlock_disk(void) {
  int saved = errno;
  pthread_mutex_unlock(&disk_mutex);
  errno = saved;
}

int find_target(int fd, target *out) {
  if (!disk_control_now() || fstat(fd, &out->info) != 0) return 0;
  if (!S_ISREG(out->info.st_mode) && !S_ISDIR(out->info.st_mode)) return 0;
  char link[64];
  char path[kPathSize];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return 0;
  path[size] = '\0';
  const char *within = disk_path_within(path);
  if (!within) return 0;
  memcpy(out->path, within, strlen(within) + 1);
  return 1;
}

int is_socket(int fd) {
  struct stat info;
  return disk_control_now() && fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode);
}

int find_name(int at, const char *path, char *out, uint64_t *folder_inode) {
  if (!disk_control_now() || !path || strlen(path) >= 4096) return 0;
  char folder[8448];
  char link[64];
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  if (at == AT_FDCWD || path[0] == '/') {
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
  } else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    snprintf(folder, sizeof folder, "%s/%.*s", link, slash ? (int)(slash - path) : 0, path);
  }
  char resolved[4096];
  struct stat info;
  if (!realpath(folder, resolved) || stat(resolved, &info) != 0) return 0;
  const char *within = disk_path_within(resolved);
  if (!within) return 0;
  snprintf(out, kPathSize, "%s%s%s", within, *within ? "/" : "", name);
  *folder_inode = info.st_ino;
  return 1;
}

void note_named(uint32_t type, uint64_t inode, uint64_t folder, const char *path) {
  disk_record record = {.type = type, .inode = inode, .a = folder, .first_size = (uint32_t)strlen(path)};
  disk_note(&record, path, NULL);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

int fail_with(int fault) {
  if (fault == kFaultKill) die();
  errno = fault == kFaultFull ? ENOSPC : fault == kFaultInterrupted ? EINTR : EIO;
  return -1;
}

uint64_t inode_at(int at, const char *path) {
  struct stat info;
  return fstatat(at, path, &info, AT_SYMLINK_NOFOLLOW) == 0 ? info.st_ino : 0;
}
