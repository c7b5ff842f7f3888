#pragma once

// Which names an archive may hold. A name that could mean two things, on this file system or on another one, is refused
// rather than repaired. Any thread.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/packages/engine.hpp"

namespace chela::packages {

struct NameLimits {
  std::size_t bytes_max = 1024;
  std::size_t depth_max = 32;
};

// The parts of a relative name; a leading "./" and a final "/" are dropped, and "." alone has none. Errors, all
// invalid_argument: absolute names and drives, "..", backslashes, control and invisible characters, what is not UTF-8,
// final dots and blanks, anything named .git, too long or too deep.
Result<std::vector<std::string>> name_parts(std::string_view name, const NameLimits& limits = {});

// The name as people may see it in an error: cut, with `?` for what is no printable ASCII.
std::string shown_name(std::string_view name);

// The names of one tree. No two may be the same, nor become the same without case or in another Unicode form.
class NameSet {
 public:
  explicit NameSet(const PackagesModule& engine) : engine_(engine) {}

  // A file may come once and a directory often, always spelled alike.
  Result<void> add(const std::vector<std::string>& parts, bool is_directory);

 private:
  struct Known {
    std::string spelling;
    bool is_directory;
  };
  Result<void> add_one(const std::string& name, bool is_directory);

  const PackagesModule& engine_;
  std::map<std::string, Known> known_;  // by folded name
};

}  // namespace chela::packages
