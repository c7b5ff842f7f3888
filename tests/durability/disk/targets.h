#pragma once

// Which of the program's files and names are watched. Any thread.

#include <stdint.h>
#include <sys/stat.h>

enum { kPathSize = 4608 };

typedef struct target {
  struct stat info;
  char path[kPathSize];  // within the root
} target;

// True when the descriptor is a file or a folder of the watched one.
int find_target(int fd, target *out);
// True for a descriptor of a socket in a watched program.
int is_socket(int fd);
// The path below `at` from the root on, in `out` of kPathSize bytes, and its folder; false when it is not watched.
int find_name(int at, const char *path, char *out, uint64_t *folder_inode);
// 0 when there is none.
uint64_t inode_at(int at, const char *path);

// Around an operation and its record.
void lock_disk(void);
void unlock_disk(void);  // keeps errno
void note_named(uint32_t type, uint64_t inode, uint64_t folder, const char *path);
// -1 with the errno of the fault, or the end of the process.
int fail_with(int fault);
