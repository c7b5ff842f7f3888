#pragma once

// The checks of `chela doctor`: what is set up on this machine, without a running gateway. Blocking.

#include <string>
#include <string_view>
#include <vector>

#include "tools/chela/installation.hpp"

namespace chela::cli {

enum class Status { pass, warn, fail, skip };
std::string_view name_of(Status status);

struct Check {
  std::string id;  // stable
  Status status = Status::pass;
  std::string summary;
  std::string next_step;  // what to do; empty for pass
};

std::vector<Check> run_checks(const Installation& installation);

}  // namespace chela::cli
