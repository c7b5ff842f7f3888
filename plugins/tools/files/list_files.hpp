#ifndef PLUGINS_TOOLS_FILES_LIST_FILES_HPP
#define PLUGINS_TOOLS_FILES_LIST_FILES_HPP
// The tool list_files: the names in a folder.

#include <cstddef>
#include <functional>
#include <string>

#include "plugins/tools/files/workspace.hpp"

namespace chela::tools::files {

struct ListRequest {
  std::string path = ".";
  bool recursive = false;
  std::size_t max_entries = 200;
};

// One line per entry, by name: "name (1,234 bytes)", "folder/", "name (symbolic link)". Recursive lists give paths
// below the folder asked for, follow no symbolic link, and name .git and node_modules without entering them.
// When entries were left out, a last line in brackets says so. Throws Failure. Worker thread.
std::string list_files(const Workspace& workspace, const ListRequest& request,
                       const std::function<bool()>& is_cancelled);

}  // namespace chela::tools::files
#endif
