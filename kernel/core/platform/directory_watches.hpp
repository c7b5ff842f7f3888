#pragma once

// Tells in which of many directories something changed. For trees: who wants to know of one file or one directory uses
// file_watch.hpp.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela {
class Loop;
}

namespace chela::platform {

// What is told of a directory. Each says what the one before it says.
enum class Notice : std::uint8_t {
  itself,    // it went or was moved
  entries,   // names came, went or had their modes changed
  contents,  // files were written
};

struct WatchedDirectory {
  std::string directory;
  Notice notice = Notice::contents;
  std::vector<std::string> names;  // only of these entries; empty: of all
};

struct DirectoryChanges {
  bool any = false;
  bool lost = false;                           // too much at once: anything may have changed
  std::set<std::string, std::less<>> touched;  // as they were named
};

// A set of watched directories. A directory that goes or is moved is no longer watched, nor are those below it.
// Any thread, but set() on one at a time.
class DirectoryWatches {
 public:
  // Errors: exhausted (too many descriptors or inotify instances), unsupported (not Linux).
  static Result<std::shared_ptr<DirectoryWatches>> open(std::size_t directories_max);
  DirectoryWatches(const DirectoryWatches&) = delete;
  DirectoryWatches& operator=(const DirectoryWatches&) = delete;
  ~DirectoryWatches();

  // Watches these and no others. The new ones among them: what happened there before is told by nobody. One that does
  // not exist or cannot be read is passed over. Error: exhausted, by the system's limit or `directories_max`.
  Result<std::vector<std::string>> set(const std::vector<WatchedDirectory>& wanted);

  // What happened since the last call.
  DirectoryChanges take();

 private:
  friend class DirectoryEvents;
  struct Entry {
    int watch = -1;
    Notice notice = Notice::contents;
    std::vector<std::string> names;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  DirectoryWatches(OwnedDescriptor descriptor, std::size_t directories_max)
      : descriptor_(std::move(descriptor)), directories_max_(directories_max) {}
  Result<bool> add(const WatchedDirectory& wanted);
  void forget(Entries::iterator entry);
  void forget_with_below(const std::string& directory);
  void drain(DirectoryChanges& changes);
  void take_event(int watch, std::uint32_t mask, std::string_view name, DirectoryChanges& changes);

  OwnedDescriptor descriptor_;
  const std::size_t directories_max_;
  std::mutex mutex_;  // guards what is below
  Entries entries_;
  std::unordered_map<int, std::vector<std::string>> directories_;  // of a watch: links give one two names
};

// Calls back whenever take() may have something. Loop thread only.
class DirectoryEvents {
 public:
  DirectoryEvents(Loop& loop, std::shared_ptr<DirectoryWatches> watches, std::move_only_function<void()> on_event);
  DirectoryEvents(const DirectoryEvents&) = delete;
  DirectoryEvents& operator=(const DirectoryEvents&) = delete;
  ~DirectoryEvents();  // no callback comes after this; allowed inside the callback

 private:
  struct Handle;
  Handle* handle_;  // freed by the loop
};

}  // namespace chela::platform
