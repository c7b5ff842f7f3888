#ifndef PLUGINS_TOOLS_FILES_PROTECTED_NAMES_HPP
#define PLUGINS_TOOLS_FILES_PROTECTED_NAMES_HPP
// Names that are never written, also inside the workspace: a file there runs as a program, or changes what other
// programs trust, the next time somebody opens a shell, an editor, a repository or this gateway.

#include <string>
#include <vector>

namespace chela::tools::files {

// A pattern is one name (".git") or several in a row ("skills/*", ".config/fish") that a path contains anywhere;
// `*` stands for any one name, and a pattern with a leading slash is compared at the workspace's root only.
// Case does not count, because it does not on some file systems.
class ProtectedNames {
 public:
  // The built-in patterns, and `more`, without those in `fewer`.
  ProtectedNames(const std::vector<std::string>& more, const std::vector<std::string>& fewer);

  // The pattern that `parts` meets, or null.
  const std::string* find(const std::vector<std::string>& parts) const;

 private:
  std::vector<std::string> patterns_;
};

}  // namespace chela::tools::files
#endif
