#pragma once

// Which files a skill's .gitignore, .clawhubignore and .clawdhubignore leave out, as git's patterns are read by the
// package that upstream uses: without case, the last rule counts, and nothing below an ignored folder comes back. Any
// thread.

#include <string>
#include <string_view>
#include <vector>

namespace chela::runtime::skills::hub {

class IgnoreRules {
 public:
  void add_lines(std::string_view text);
  // A file, by its path below the folder of the rules, with `/`.
  bool ignores(std::string_view path) const;

 private:
  struct Rule {
    std::vector<std::string> parts;  // lower case; "**" stands for any number of folders
    bool negates = false;
    bool folders_only = false;
  };
  bool decides(std::string_view path, bool is_folder) const;

  std::vector<Rule> rules_;
};

}  // namespace chela::runtime::skills::hub
