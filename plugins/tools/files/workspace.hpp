#ifndef PLUGINS_TOOLS_FILES_WORKSPACE_HPP
#define PLUGINS_TOOLS_FILES_WORKSPACE_HPP
// The workspace folder, and the only place that opens anything in it. Every path is resolved by the kernel, in one
// step, beneath the workspace's own descriptor (openat2 with RESOLVE_BENEATH): there is no moment between a check and
// its use in which a folder could be swapped for a symbolic link.

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugins/tools/files/fd.hpp"

namespace chela::tools::files {

struct WorkspaceRules {
  bool follow_links = true;   // when reading, and only to places in the workspace; writes never follow
  bool cross_mounts = false;  // into other file systems mounted in the workspace
};

// A folder to write into, and the name of a file in it.
struct WritePlace {
  Fd folder;
  std::string name;
};

// Opened for one call. Any thread; no state but the descriptor. Everything throws Failure with a sentence for the
// model.
class Workspace {
 public:
  // UNAVAILABLE when `root`, an absolute path, is no folder that can be opened.
  Workspace(const std::string& root, const WorkspaceRules& rules);

  // The relative form of `path` (paths.hpp).
  std::string relative(std::string_view path) const;

  // A regular file, for reading. Never blocks: pipes, sockets and devices are refused.
  Fd open_file(const std::string& relative) const;
  // A folder, for listing.
  Fd open_folder(const std::string& relative) const;
  // A folder below `top`, reached over no symbolic link; empty, with errno set, when there is none (any more).
  Fd open_folder_below(const Fd& top, const std::string& path) const;
  // The folder of a file to be written; `make_folders` makes those that are missing (mode 0700).
  WritePlace open_for_write(const std::vector<std::string>& parts, bool make_folders) const;

  // A regular file in `folder`, for reading; without following a link.
  static Fd open_file_in(const Fd& folder, const std::string& name);

 private:
  Fd open(const Fd& at, const std::string& path, int flags, bool follow_links) const;

  std::string root_;
  std::string resolved_root_;
  WorkspaceRules rules_;
  Fd fd_;
};

// `what: <text of the error number>`, with a status and a sentence that fit it.
[[noreturn]] void throw_errno(const std::string& what, int error_number);

// "a named pipe", "a folder", … by the mode of a file that is not regular.
std::string kind_of(mode_t mode);

}  // namespace chela::tools::files
#endif
