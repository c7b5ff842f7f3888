#ifndef PLUGINS_TOOLS_FILES_READ_FILE_HPP
#define PLUGINS_TOOLS_FILES_READ_FILE_HPP
// The tool read_file: some lines of a text file.

#include <cstdint>
#include <functional>
#include <string>

#include "plugins/tools/files/workspace.hpp"

namespace chela::tools::files {

struct ReadRequest {
  std::string path;
  std::uint64_t first_line = 1;  // from 1
  std::uint64_t max_lines = 200;
};

struct ReadLimits {
  std::size_t output_bytes_max = 256 * 1024;
  std::size_t scan_bytes_max = 64 * 1024 * 1024;  // that may stand before the lines asked for
};

// The lines as valid UTF-8. When more follow, or a limit cut them, a last line in brackets says so and how to go on.
// Memory stays within output_bytes_max, whatever the file does meanwhile. Throws Failure. Worker thread.
std::string read_file(const Workspace& workspace, const ReadRequest& request, const ReadLimits& limits,
                      const std::function<bool()>& is_cancelled);

}  // namespace chela::tools::files
#endif
