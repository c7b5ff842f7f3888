#ifndef PLUGINS_TOOLS_FILES_REPLACEMENT_HPP
#define PLUGINS_TOOLS_FILES_REPLACEMENT_HPP
// Reading a file that is about to be changed, and replacing it in one step. Worker thread.

#include <optional>
#include <string>
#include <string_view>

#include "plugins/tools/files/workspace.hpp"

namespace chela::tools::files {

// The file at a place before it is written: absent, or regular and writable. Throws Failure for anything else there.
std::optional<struct stat> find_target(const WritePlace& place, const std::string& shown);

struct Content {
  std::string bytes;
  struct stat info = {};  // as it was when the bytes were read
};

// The whole of a file. Throws Failure: TOO_LARGE above `bytes_max`.
Content read_whole(const WritePlace& place, const std::string& shown, std::size_t bytes_max);

// Puts `bytes` in the place of the file: temporary file in the same folder, fsync, rename, fsync of the folder. The
// mode is that of `old`, 0600 without it. With `must_be_same`, fails with ALREADY_EXISTS when the file there is no
// longer the one that `old` describes. Whatever fails, the old file stands and the temporary one is gone.
void replace_file(const WritePlace& place, const std::string& shown, std::string_view bytes,
                  const std::optional<struct stat>& old, bool must_be_same);

}  // namespace chela::tools::files
#endif
