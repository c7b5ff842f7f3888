// generate ARCHITECTURE NETWORK FILE: writes the filter as the BPF program that seccomp(2) and bubblewrap take.
// ARCHITECTURE as libseccomp names it (x86_64, aarch64), NETWORK none or host.

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "tools/cage_filter/allowed.hpp"

namespace chela::cage_filter {
namespace {

constexpr std::uint64_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                         CLONE_NEWPID | CLONE_NEWNET;
// The kernel looks at 32 bits of these arguments only: a comparison of all 64 could be passed by setting another.
constexpr std::uint64_t kInt = 0xFFFFFFFF;
constexpr std::uint64_t kSocketType = 0xF;  // without SOCK_CLOEXEC and SOCK_NONBLOCK

void require(int status, const std::string& what) {
  if (status == 0) return;
  std::cerr << "seccomp filter: " << what << ": error " << -status << "\n";
  std::exit(1);
}

class Filter {
 public:
  explicit Filter(std::uint32_t architecture) : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {
    require(seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "foreign architectures");
    require(seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2), "binary tree");
    if (architecture == seccomp_arch_native()) return;
    require(seccomp_arch_add(context_, architecture), "the architecture");
    require(seccomp_arch_remove(context_, SCMP_ARCH_NATIVE), "the architecture of this machine");
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  ~Filter() { seccomp_release(context_); }

  void add(std::uint32_t action, std::string_view name, const std::vector<scmp_arg_cmp>& conditions = {}) {
    std::string text(name);
    int number = seccomp_syscall_resolve_name(text.c_str());
    if (number == __NR_SCMP_ERROR) require(-ENOENT, text);
    int status = seccomp_rule_add_array(context_, action, number, static_cast<unsigned>(conditions.size()),
                                        conditions.empty() ? nullptr : conditions.data());
    if (status != -EDOM) require(status, text);  // EDOM: this architecture does not have the call
  }
  void allow(std::string_view name, const std::vector<scmp_arg_cmp>& conditions = {}) {
    add(SCMP_ACT_ALLOW, name, conditions);
  }
  // Allows the call unless the low 32 bits of `argument` are one of `values`: one rule for each largest block of
  // numbers that holds none of them, since libseccomp can neither negate a masked comparison nor order its rules.
  void allow_except(std::string_view name, unsigned argument, const std::vector<std::uint32_t>& values,
                    std::uint32_t prefix = 0, int bits_left = 32) {
    std::uint64_t mask = kInt & ~((1ull << bits_left) - 1);
    bool holds_one = false;
    for (std::uint32_t value : values) holds_one |= (value & mask) == prefix;
    if (!holds_one) return allow(name, {SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask, prefix)});
    if (bits_left == 0) return;
    allow_except(name, argument, values, prefix, bits_left - 1);
    allow_except(name, argument, values, prefix | (1u << (bits_left - 1)), bits_left - 1);
  }
  void write(const char* file) {
    int descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    require(descriptor < 0 ? -errno : 0, file);
    require(seccomp_export_bpf(context_, descriptor), file);
    require(close(descriptor), file);
  }

 private:
  scmp_filter_ctx context_;
};

// With the host's network its abstract Unix sockets are in reach, too, and a filter does not see addresses: then only
// connected pairs are allowed, of types that cannot be pointed elsewhere.
void add_sockets(Filter& filter, bool host_network) {
  if (!host_network) {
    filter.allow("socket", {SCMP_CMP(0, SCMP_CMP_MASKED_EQ, kInt, AF_UNIX)});
    filter.allow("socketpair", {SCMP_CMP(0, SCMP_CMP_MASKED_EQ, kInt, AF_UNIX)});
    return;
  }
  for (std::uint64_t type : {SOCK_STREAM, SOCK_DGRAM}) {
    for (std::uint64_t family : {AF_INET, AF_INET6}) {
      filter.allow("socket", {SCMP_CMP(0, SCMP_CMP_MASKED_EQ, kInt, family),
                              SCMP_CMP(1, SCMP_CMP_MASKED_EQ, kSocketType, type)});
    }
  }
  for (std::uint64_t type : {SOCK_STREAM, SOCK_SEQPACKET}) {
    filter.allow("socketpair", {SCMP_CMP(0, SCMP_CMP_MASKED_EQ, kInt, AF_UNIX),
                                SCMP_CMP(1, SCMP_CMP_MASKED_EQ, kSocketType, type)});
  }
}

void add_conditions(Filter& filter) {
  // clone3 stays unknown: its flags are in memory, which no filter sees, and without it the C library uses clone.
  filter.allow("clone", {SCMP_CMP(0, SCMP_CMP_MASKED_EQ, kNewNamespaces, 0)});
  // Typing into a terminal that others read.
  filter.allow_except("ioctl", 1, {TIOCSTI, TIOCLINUX});
  for (std::uint64_t persona : {std::uint64_t{0}, kInt}) {  // Linux itself, and asking which
    filter.allow("personality", {SCMP_CMP(0, SCMP_CMP_MASKED_EQ, kInt, persona)});
  }
}

}  // namespace
}  // namespace chela::cage_filter

int main(int argc, char** argv) {
  using namespace chela::cage_filter;
  std::uint32_t architecture = argc == 4 ? seccomp_arch_resolve_name(argv[1]) : 0;
  std::string network = argc == 4 ? argv[2] : "";
  if (architecture == 0 || (network != "none" && network != "host")) {
    std::cerr << "usage: generate x86_64|aarch64 none|host FILE\n";
    return 2;
  }
  Filter filter(architecture);
  for (auto name : kAllowed) filter.allow(name);
  for (auto name : kRefused) filter.add(SCMP_ACT_ERRNO(EPERM), name);
  add_conditions(filter);
  add_sockets(filter, network == "host");
  filter.write(argv[3]);
  return 0;
}
