#pragma once

// Which programs are on PATH. One thread.

#include <set>
#include <string>

namespace chela::runtime::skills {

// Programs that were found stay known; those that were not are looked for again.
class Programs {
 public:
  explicit Programs(std::string path) : path_(std::move(path)) {}  // as platform::find_program() takes it
  bool has(const std::string& name);

 private:
  std::string path_;
  std::set<std::string, std::less<>> found_;
};

}  // namespace chela::runtime::skills
