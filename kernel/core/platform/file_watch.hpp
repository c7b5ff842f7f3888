#pragma once

// Tells when a file or a directory changed. Loop thread only.

#include <filesystem>
#include <functional>
#include <memory>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"

namespace chela {
class Loop;
}

namespace chela::platform {

// Calls back once the changes have been quiet for `debounce`, or have gone on for ten times that.
//
// A file is watched through its directory, so that it may be absent, replaced by rename (as editors do) or reached by a
// link that is switched: the callback comes when its identity, size or time of change differ from before. A directory
// is watched for entries that come, go or change directly in it. When the directory itself goes, the watch falls
// silent.
class FileWatch {
 public:
  // `path` is a directory when it is one now, else a file. Errors: not_found when the directory to watch does not
  // exist, exhausted when the system's limit of watches is reached.
  static Result<std::unique_ptr<FileWatch>> start(Loop& loop, const std::filesystem::path& path, Duration debounce,
                                                  std::move_only_function<void()> on_change);

  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch();  // no callback comes after this; allowed inside the callback

 private:
  struct State;
  explicit FileWatch(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace chela::platform
