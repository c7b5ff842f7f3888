#ifndef PLUGINS_TOOLS_FILES_PATHS_HPP
#define PLUGINS_TOOLS_FILES_PATHS_HPP
// Paths as a model writes them. Text only: what a path leads to is decided by the kernel (workspace.hpp).
// Names are bytes: nothing is decoded, folded or trimmed. All functions throw Failure with a sentence for the model.

#include <string>
#include <string_view>
#include <vector>

namespace chela::tools::files {

inline constexpr std::size_t kPathBytesMax = 4095;

// `path` relative to the workspace, "." for the workspace itself. An absolute path is accepted when it lies in
// `root` or in `resolved_root` (the same folder without symbolic links), and refused elsewhere.
std::string to_relative(std::string_view path, std::string_view root, std::string_view resolved_root);

// The parts of a relative path to be written, with "." and ".." taken out by text, which is sound because writes
// follow no symbolic link. Refused: a path that climbs out, and one that names a folder.
std::vector<std::string> to_write_parts(std::string_view relative);

// `name` for people and models: control characters, invalid UTF-8 and characters that turn the writing direction
// are escaped (\n, \xff, \u202e); everything else stays as it is.
std::string displayed(std::string_view name);

}  // namespace chela::tools::files
#endif
