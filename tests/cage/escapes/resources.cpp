#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tests/cage/escapes/attempt.hpp"

namespace cage_escapes {
namespace {

bool forks(const Arguments& a) {  // COUNT
  std::vector<pid_t> children;
  auto wanted = static_cast<std::size_t>(std::stoul(a[0]));
  while (children.size() < wanted) {
    pid_t pid = fork();
    if (pid < 0) break;
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) pause();
    }
    children.push_back(pid);
  }
  bool all = children.size() == wanted;
  for (pid_t child : children) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  return all;
}

bool takes_memory(const Arguments& a) {  // MIB
  std::size_t bytes = std::stoul(a[0]) << 20;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  std::memset(memory, 1, bytes);
  return true;
}

bool fills(const Arguments& a) {  // FILE MIB
  signal(SIGXFSZ, SIG_IGN);
  int descriptor = open(a[0].c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  std::vector<char> block(1 << 20, 'x');
  std::size_t written = 0;
  std::size_t wanted = std::stoul(a[1]) << 20;
  while (descriptor >= 0 && written < wanted) {
    ssize_t got = write(descriptor, block.data(), block.size());
    if (got <= 0) break;
    written += static_cast<std::size_t>(got);
  }
  unlink(a[0].c_str());
  return written >= wanted;
}

bool opens_many(const Arguments& a) {  // COUNT
  auto wanted = std::stoul(a[0]);
  for (std::size_t opened = 0; opened < wanted; ++opened) {
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) return false;
  }
  return true;
}

bool raises(const Arguments& a) {  // CORE|FILES
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  if (a[0] == "CORE") return setrlimit(RLIMIT_CORE, &limit) == 0;
  rlimit more{1000, 1000};
  return setrlimit(RLIMIT_NOFILE, &more) == 0;
}

}  // namespace

std::vector<Attempt> on_resources() {
  return {
      {"fork_bomb", forks},    {"memory_bomb", takes_memory}, {"fill", fills}, {"descriptor_bomb", opens_many},
      {"raise_limit", raises},
  };
}

}  // namespace cage_escapes
