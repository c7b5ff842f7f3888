#ifndef PLUGINS_TOOLS_FILES_WRITE_FILE_HPP
#define PLUGINS_TOOLS_FILES_WRITE_FILE_HPP
// The tools write_file and edit_file. A file is always replaced whole: a new file beside it, synced, then renamed over
// it. A reader, a crash or a full disk meets the old content or the new one, never a mixture; a hard link elsewhere
// keeps the old content.

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "plugins/tools/files/protected_names.hpp"
#include "plugins/tools/files/workspace.hpp"

namespace chela::tools::files {

struct WriteRequest {
  std::string path;
  std::string content;
  bool append = false;
};

struct EditRequest {
  std::string path;
  std::string old_text;
  std::string new_text;
  bool replace_all = false;
};

// One per plugin; worker threads, several at once. Calls that meet in one file come one after the other. Everything
// returns a sentence for the model, or throws Failure.
class Writer {
 public:
  Writer(ProtectedNames protected_names, std::size_t file_bytes_max)
      : protected_names_(std::move(protected_names)), file_bytes_max_(file_bytes_max) {}

  std::string write(const Workspace& workspace, const WriteRequest& request);

  // Replaces `old_text`, which must occur exactly once unless `replace_all`. ALREADY_EXISTS when somebody else changed
  // the file between its reading and its replacement.
  std::string edit(const Workspace& workspace, const EditRequest& request);

 private:
  std::vector<std::string> checked_parts(const std::string& relative) const;
  void check_size(const std::string& shown, std::size_t size) const;
  std::mutex& lock_for(const WritePlace& place);

  ProtectedNames protected_names_;
  std::size_t file_bytes_max_;
  std::array<std::mutex, 64> locks_;  // by a hash of folder and name
};

}  // namespace chela::tools::files
#endif
