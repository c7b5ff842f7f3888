#include "kernel/core/cage/seccomp.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace chela::embedded {
std::string_view cage_filter_none();
std::string_view cage_filter_host();
}  // namespace chela::embedded

namespace chela::cage {

std::string_view seccomp_filter(Network network) {
  return network == Network::host ? embedded::cage_filter_host() : embedded::cage_filter_none();
}

Result<platform::OwnedDescriptor> in_memory_file(const char* name, std::string_view bytes) {
  platform::OwnedDescriptor file(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid()) return fail_errno("making a file in memory", errno);
  if (write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
      lseek(file.get(), 0, SEEK_SET) != 0 ||
      fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    return fail_errno("making a file in memory", errno);
  }
  return file;
}

}  // namespace chela::cage
