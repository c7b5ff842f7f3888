#define _GNU_SOURCE
#include "journal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kJournalDescriptor = 900 };  // far from those of the program, whose numbers stay what they are

pthread_mutex_t disk_mutex = PTHREAD_MUTEX_INITIALIZER;

static char root[4096];
static size_t root_size;
static int journal = -1;
static disk_control *control;

__attribute__((constructor)) static void start_watching(void) {
  const char *folder = getenv("CHELA_DISK_ROOT");
  const char *records = getenv("CHELA_DISK_JOURNAL");
  const char *orders = getenv("CHELA_DISK_CONTROL");
  unsetenv("LD_PRELOAD");  // children are not part of the experiment
  if (!folder || !records || !orders || strlen(folder) >= sizeof root) return;
  root_size = strlen(folder);
  memcpy(root, folder, root_size);
  int opened = (int)syscall(SYS_openat, AT_FDCWD, records, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  int shared = (int)syscall(SYS_openat, AT_FDCWD, orders, O_RDWR | O_CLOEXEC);
  if (opened < 0 || shared < 0) abort();
  journal = fcntl(opened, F_DUPFD_CLOEXEC, kJournalDescriptor);
  if (journal < 0) abort();
  syscall(SYS_close, opened);
  control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
  if (control == MAP_FAILED) abort();
  syscall(SYS_close, shared);
}

disk_control *disk_control_now(void) { return control; }

const char *disk_path_within(const char *path) {
  if (strncmp(path, root, root_size) != 0) return NULL;
  if (path[root_size] == '\0') return path + root_size;
  return path[root_size] == '/' ? path + root_size + 1 : NULL;
}

int disk_is_inside(const char *path) { return control && disk_path_within(path) != NULL; }

// A record is appended by one call, so that those of other processes do not get between its parts.
void disk_note(const disk_record *record, const void *first, const void *second) {
  disk_record head = *record;
  head.size = (uint32_t)(sizeof head + head.first_size + head.second_size);
  struct iovec parts[] = {
      {&head, sizeof head}, {(void *)first, head.first_size}, {(void *)second, head.second_size}};
  ssize_t written = (ssize_t)syscall(SYS_writev, journal, parts, 3);
  if (written != (ssize_t)head.size) abort();
}

int disk_fault(uint32_t operation_class, const char *path) {
  __atomic_add_fetch(&control->operations, 1, __ATOMIC_RELAXED);
  int fault = (int)control->fault;
  if (fault == kFaultNone || !(control->classes & operation_class)) return kFaultNone;
  int32_t left = __atomic_sub_fetch(&control->left, 1, __ATOMIC_RELAXED);
  if (left > 0 || (left < 0 && !control->sticky)) return kFaultNone;
  __atomic_add_fetch(&control->hits, 1, __ATOMIC_RELAXED);
  disk_record record = {.type = kRecordFault, .a = (uint64_t)fault, .b = operation_class,
                        .first_size = (uint32_t)strlen(path)};
  disk_note(&record, path, NULL);
  return fault;
}
