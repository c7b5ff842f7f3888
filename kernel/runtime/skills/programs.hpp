#pragma once

// Which programs are on PATH. One thread.

#include <set>
#include <string>
#include <vector>

namespace chela::runtime::skills {

// Programs that were found stay known; those that were not are looked for again.
class Programs {
 public:
  // `path` as the variable PATH has it: directories with colons between; empty ones do not count.
  explicit Programs(const std::string& path);
  bool has(const std::string& name);

 private:
  std::vector<std::string> directories_;
  std::set<std::string, std::less<>> found_;
};

}  // namespace chela::runtime::skills
