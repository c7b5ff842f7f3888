#pragma once

// What a program may try from inside a cage. One process makes one attempt: `cage_escapes NAME ARGUMENT…`. It exits
// with 0 when it got out, with 1 when it was held; being killed counts as held.

#include <string>
#include <string_view>
#include <vector>

namespace cage_escapes {

using Arguments = std::vector<std::string>;

struct Attempt {
  std::string_view name;
  bool (*escapes)(const Arguments& arguments);
};

std::vector<Attempt> on_files();
std::vector<Attempt> on_the_network();
std::vector<Attempt> on_processes();
std::vector<Attempt> on_the_kernel();
std::vector<Attempt> on_resources();

bool can_read(const std::string& path);
bool can_write(const std::string& path);  // opens it only

}  // namespace cage_escapes
