#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tests/cage/escapes/attempt.hpp"

namespace cage_escapes {

bool can_read(const std::string& path) {
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  char byte = 0;
  return descriptor >= 0 && read(descriptor, &byte, 1) == 1;
}

bool can_write(const std::string& path) {
  int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  return descriptor >= 0;
}

}  // namespace cage_escapes

int main(int argc, char** argv) {
  using namespace cage_escapes;
  if (argc < 2) return 2;
  for (const auto& group : {on_files(), on_the_network(), on_processes(), on_the_kernel(), on_resources()}) {
    for (const Attempt& attempt : group) {
      if (attempt.name != argv[1]) continue;
      errno = 0;
      bool escaped = attempt.escapes({argv + 2, argv + argc});
      std::printf("%s: %s\n", escaped ? "escaped" : "held", std::strerror(errno));
      return escaped ? 0 : 1;
    }
  }
  std::printf("no attempt named %s\n", argv[1]);
  return 2;
}
