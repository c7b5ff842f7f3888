// chela-plugin-host: runs one native plugin for the gateway, which starts it and talks to it on descriptor 3.

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/protocol/version.hpp"
#include "tools/plugin_host/host.hpp"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--version") {
    std::puts("chela-plugin-host " CHELA_VERSION);
    return 0;
  }
  const char* given = std::getenv(chela::protocol::kHostTokenVariable);
  std::string token = given ? given : "";
  unsetenv(chela::protocol::kHostTokenVariable);  // before any code of a plugin runs

  struct stat kind {};
  if (fstat(chela::protocol::kHostDescriptor, &kind) != 0 || !S_ISSOCK(kind.st_mode)) {
    std::fputs("chela-plugin-host: descriptor 3 is not a socket; the gateway starts this program\n", stderr);
    return 64;
  }
  chela::Loop loop;
  chela::plugin_host::Host host(loop, std::move(token));
  if (auto opened = host.open(chela::protocol::kHostDescriptor); !opened) {
    std::fprintf(stderr, "chela-plugin-host: %s\n", opened.error().message.c_str());
    _exit(64);
  }
  loop.run();
  std::fflush(nullptr);
  // At once: a plugin that hangs on a worker, or in what it does at the end, holds nothing up.
  _exit(host.exit_code());
}
