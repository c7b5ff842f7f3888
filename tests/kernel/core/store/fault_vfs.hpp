#pragma once

// SQLite's file layer with faults: operations that fail or kill the process at the k-th time, and the state a disk
// would have after a power cut. While one exists it is SQLite's default; make it before any connection.
// fsync is only noted, never carried out: the operating system does not fail in these tests.

#include <signal.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace chela::store {

class FaultVfs {
 public:
  enum class Operation : std::uint8_t { write, sync, truncate, remove };

  FaultVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.zName = "fault";
    vfs_.pAppData = this;
    vfs_.xOpen = &FaultVfs::open;
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int sync) {
      auto& self = *static_cast<FaultVfs*>(vfs->pAppData);
      if (int fault = self.fault(Operation::remove)) return fault;
      return self.real_->xDelete(self.real_, name, sync);
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }
  FaultVfs(const FaultVfs&) = delete;

  // The `count`-th changing operation from now on and all after it fail: writes with `write_code`, syncs with
  // SQLITE_IOERR_FSYNC. 0: none. kDie as the code kills the process instead, as with kill -9.
  static constexpr int kDie = -1;
  void fail_from(std::int64_t count, int write_code) {
    write_code_ = write_code;
    left_ = count;
  }
  void fail_syncs(bool fail) { fail_syncs_ = fail; }
  // True when the fault set last has happened.
  bool failed() const { return failed_; }

  // Copies the database to `to` as it would be found after a power cut now: what was not synced is undone.
  void copy_after_power_cut(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::lock_guard lock(mutex_);
    for (std::string suffix : {"", "-wal"}) {
      auto source = from.string() + suffix;
      auto target = to.string() + suffix;
      std::filesystem::remove(target);
      if (!std::filesystem::exists(source)) continue;
      std::filesystem::copy_file(source, target);
      auto& changes = unsynced_[source];
      for (auto change = changes.rbegin(); change != changes.rend(); ++change) undo(target, *change);
    }
    std::filesystem::remove(to.string() + "-shm");
  }

 private:
  struct Change {
    sqlite3_int64 offset;
    sqlite3_int64 size_before;  // of the file
    std::string bytes_before;
  };
  struct File {
    sqlite3_file base;
    FaultVfs* vfs;
    std::string* path;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static void undo(const std::filesystem::path& file, const Change& change) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(change.offset);
    stream.write(change.bytes_before.data(), static_cast<std::streamsize>(change.bytes_before.size()));
    stream.close();
    std::filesystem::resize_file(file, static_cast<std::uintmax_t>(change.size_before));
  }

  int fault(Operation operation) {
    if (fail_syncs_ && operation == Operation::sync) return SQLITE_IOERR_FSYNC;
    if (left_ <= 0) return SQLITE_OK;
    if (left_ > 1) {
      --left_;
      return SQLITE_OK;
    }
    failed_ = true;
    if (write_code_ == kDie) kill(getpid(), SIGKILL);
    if (operation == Operation::remove) return SQLITE_IOERR_DELETE;
    return operation == Operation::sync ? SQLITE_IOERR_FSYNC : write_code_.load();
  }

  void note_change(File& file, sqlite3_int64 offset, int size) {
    std::lock_guard lock(mutex_);
    Change change{offset, 0, {}};
    file.real()->pMethods->xFileSize(file.real(), &change.size_before);
    auto kept = std::clamp<sqlite3_int64>(change.size_before - offset, 0, size);
    change.bytes_before.resize(static_cast<std::size_t>(kept));
    if (kept > 0) file.real()->pMethods->xRead(file.real(), change.bytes_before.data(), static_cast<int>(kept), offset);
    unsynced_[*file.path].push_back(std::move(change));
  }

  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

  static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* base, int flags, int* out_flags) {
    auto& self = *static_cast<FaultVfs*>(vfs->pAppData);
    auto& file = of(base);
    file.base.pMethods = nullptr;
    int status = self.real_->xOpen(self.real_, name, file.real(), flags, out_flags);
    if (status != SQLITE_OK) return status;
    file.vfs = &self;
    file.path = new std::string(name ? name : "");
    file.base.pMethods = methods();
    return SQLITE_OK;
  }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods table = [] {
      sqlite3_io_methods m{};
      m.iVersion = 2;
      m.xClose = [](sqlite3_file* f) {
        delete of(f).path;
        return of(f).real()->pMethods->xClose(of(f).real());
      };
      m.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
        return of(f).real()->pMethods->xRead(of(f).real(), to, size, at);
      };
      m.xWrite = [](sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
        if (int fault = of(f).vfs->fault(Operation::write)) return fault;
        of(f).vfs->note_change(of(f), at, size);
        return of(f).real()->pMethods->xWrite(of(f).real(), from, size, at);
      };
      m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
        if (int fault = of(f).vfs->fault(Operation::truncate)) return fault;
        of(f).vfs->note_change(of(f), size, INT32_MAX);
        return of(f).real()->pMethods->xTruncate(of(f).real(), size);
      };
      m.xSync = [](sqlite3_file* f, int) {
        if (int fault = of(f).vfs->fault(Operation::sync)) return fault;
        std::lock_guard lock(of(f).vfs->mutex_);
        of(f).vfs->unsynced_[*of(f).path].clear();
        return SQLITE_OK;
      };
      m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
        return of(f).real()->pMethods->xFileSize(of(f).real(), size);
      };
      m.xLock = [](sqlite3_file* f, int level) { return of(f).real()->pMethods->xLock(of(f).real(), level); };
      m.xUnlock = [](sqlite3_file* f, int level) { return of(f).real()->pMethods->xUnlock(of(f).real(), level); };
      m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
        return of(f).real()->pMethods->xCheckReservedLock(of(f).real(), out);
      };
      m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
        return of(f).real()->pMethods->xFileControl(of(f).real(), op, arg);
      };
      m.xSectorSize = [](sqlite3_file* f) { return of(f).real()->pMethods->xSectorSize(of(f).real()); };
      m.xDeviceCharacteristics = [](sqlite3_file* f) {
        return of(f).real()->pMethods->xDeviceCharacteristics(of(f).real());
      };
      m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return of(f).real()->pMethods->xShmMap(of(f).real(), page, size, extend, out);
      };
      m.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
        return of(f).real()->pMethods->xShmLock(of(f).real(), offset, n, flags);
      };
      m.xShmBarrier = [](sqlite3_file* f) { of(f).real()->pMethods->xShmBarrier(of(f).real()); };
      m.xShmUnmap = [](sqlite3_file* f, int remove) { return of(f).real()->pMethods->xShmUnmap(of(f).real(), remove); };
      return m;
    }();
    return &table;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::atomic<std::int64_t> left_ = 0;
  std::atomic<int> write_code_ = 0;
  std::atomic<bool> fail_syncs_ = false;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  // guards the one below, and the files while they are copied
  std::map<std::string, std::vector<Change>> unsynced_;
};

}  // namespace chela::store
