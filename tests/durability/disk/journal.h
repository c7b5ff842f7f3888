#pragma once

// What a disk would be told, one record after another, and the faults that it shall have. Any thread.
// The environment names three things: CHELA_DISK_ROOT, the folder whose files are watched; CHELA_DISK_JOURNAL, the file
// that takes the records; CHELA_DISK_CONTROL, a file of the size of `disk_control` that the test writes and reads.
// Without them nothing is watched. Several processes may share a journal.

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// One record: this head, then the bytes of both texts. Read by model.py.
typedef struct disk_record {
  uint32_t size;  // of the whole record
  uint32_t type;  // one of the letters below
  uint64_t inode;
  uint64_t a;
  uint64_t b;
  uint32_t first_size;
  uint32_t second_size;
} disk_record;

enum {
  kRecordWrite = 'W',      // a: offset; first: the bytes
  kRecordTruncate = 'T',   // a: size
  kRecordSyncBegin = 'S',  // a: token
  kRecordSyncEnd = 's',    // a: token, b: errno or 0
  kRecordCreate = 'C',     // a: inode of the folder; first: path
  kRecordMakeDir = 'D',    // a: inode of the folder; first: path
  kRecordLink = 'L',       // a: inode of the folder; first: path
  kRecordUnlink = 'U',     // a: inode of the folder; first: path
  kRecordRename = 'R',     // a, b: inodes of the folders; first, second: paths
  kRecordSent = 'A',       // inode: of the socket; first: the bytes that left
  kRecordFault = 'X',      // a: fault, b: class; first: path
};

enum { kFaultNone, kFaultFull, kFaultBroken, kFaultShort, kFaultInterrupted, kFaultKill };
enum { kClassWrite = 1, kClassSync = 2, kClassName = 4, kClassTruncate = 8 };
enum {
  kDeceitWalSync = 1,     // fsync of the WAL does nothing and says that it did: what synchronous=NORMAL amounts to
  kDeceitFolderSync = 2,  // the same for folders
  kDeceitLateSync = 4,    // fsync says so before it is true: acknowledged before committed
  kDeceitNormal = 8,      // the store's PRAGMA synchronous=FULL reaches SQLite as NORMAL
};

typedef struct disk_control {
  uint32_t fault;
  uint32_t classes;     // of the operations that count and fail
  int32_t left;         // the operation that brings this to 0 fails
  uint32_t sticky;      // and all after it
  uint32_t hits;        // faults that have happened
  uint32_t deceit;
  uint32_t operations;  // seen so far
  uint32_t sync_us_max; // how long an fsync takes at most
} disk_control;

// Held over an operation and its record, so that records are in the order of what happened.
extern pthread_mutex_t disk_mutex;

disk_control *disk_control_now(void);  // null when nothing is watched
int disk_is_inside(const char *absolute_path);
// The path without the root, or null when it is outside.
const char *disk_path_within(const char *absolute_path);
void disk_note(const disk_record *record, const void *first, const void *second);
// The fault that this operation gets; counts it.
int disk_fault(uint32_t operation_class, const char *path);
