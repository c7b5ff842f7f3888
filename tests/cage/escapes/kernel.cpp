#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "tests/cage/escapes/attempt.hpp"

namespace cage_escapes {
namespace {

constexpr int kOwnKeyring = -3;  // KEY_SPEC_SESSION_KEYRING

bool adds_key(const Arguments&) {
  return syscall(SYS_add_key, "user", "chela-test", "x", 1, kOwnKeyring) >= 0;
}

bool makes_uring(const Arguments&) {
  char parameters[256] = {};
  return syscall(SYS_io_uring_setup, 1, parameters) >= 0;
}

bool makes_map(const Arguments&) {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = 4;
  attributes.value_size = 4;
  attributes.max_entries = 1;
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)) >= 0;
}

bool counts_events(const Arguments&) {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof(attributes);
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0) >= 0;
}

// `high` sets bits of the request that the kernel does not look at and a careless filter compares.
bool types_into_terminal(std::uint64_t high) {
  int controller = posix_openpt(O_RDWR | O_NOCTTY);
  if (controller < 0 || grantpt(controller) != 0 || unlockpt(controller) != 0) return false;
  int terminal = open(ptsname(controller), O_RDWR | O_CLOEXEC);  // becomes that of a process without one
  char byte = 'x';
  return syscall(SYS_ioctl, terminal, TIOCSTI | high, &byte) == 0;
}

bool finds_cgroup(const Arguments&) {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" - cgroup") == std::string::npos) continue;
    std::string point;
    std::size_t at = 0;
    for (int field = 0; field < 4; ++field) at = line.find(' ', at) + 1;
    point = line.substr(at, line.find(' ', at) - at);
    if (can_write(point + "/cgroup.procs")) return true;
  }
  return false;
}

bool takes_handle(const Arguments& a) {
  char handle[sizeof(file_handle) + 128] = {};
  reinterpret_cast<file_handle*>(handle)->handle_bytes = 128;
  int mount = 0;
  return name_to_handle_at(AT_FDCWD, a[0].c_str(), reinterpret_cast<file_handle*>(handle), &mount, 0) == 0;
}

bool uses_foreign_calls(const Arguments&) {
#if defined(__x86_64__)
  long result = -1;
  asm volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");  // getpid of i386
  return result > 0;
#else
  return false;
#endif
}

bool uses_x32_calls(const Arguments&) {
#if defined(__x86_64__)
  return syscall(0x40000000 | SYS_getpid) > 0 || errno == ENOSYS;
#else
  return false;
#endif
}

bool renames_host(const Arguments&) {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 && sethostname(name, std::strlen(name)) == 0;
}

}  // namespace

std::vector<Attempt> on_the_kernel() {
  return {
      {"keys", adds_key},
      {"io_uring", makes_uring},
      {"bpf", makes_map},
      {"perf_events", counts_events},
      {"userfaultfd", [](const Arguments&) { return syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK) >= 0; }},
      {"terminal_input", [](const Arguments&) { return types_into_terminal(0); }},
      {"terminal_input_high_bits", [](const Arguments&) { return types_into_terminal(1ull << 40); }},
      {"kernel_log", [](const Arguments&) { return klogctl(10, nullptr, 0) > 0; }},
      {"executable_data", [](const Arguments&) { return personality(READ_IMPLIES_EXEC) >= 0; }},
      // Without the right numbers it does nothing.
      {"reboot_call", [](const Arguments&) { return syscall(SYS_reboot, 0, 0, 0, 0) != 0 && errno == EINVAL; }},
      {"control_group", finds_cgroup},
      {"file_handle", takes_handle},
      {"foreign_calls", uses_foreign_calls},
      {"x32_calls", uses_x32_calls},
      {"rename_host", renames_host},
      {"shared_memory", [](const Arguments& a) { return shmget(std::stoi(a[0]), 0, 0) >= 0; }},
      {"secret_memory", [](const Arguments&) { return syscall(447, 0) >= 0 || errno == ENOSYS; }},  // memfd_secret
  };
}

}  // namespace cage_escapes
