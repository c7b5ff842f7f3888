// The door of the packages module: the one symbol that the kernel looks up (engine.hpp).

#include <unicase.h>
#include <uninorm.h>

#include <cstdlib>

#include "kernel/core/packages/engine/archive.hpp"
#include "kernel/core/packages/engine/crypto.hpp"

namespace chela::packages {
namespace {

// Folding may undo a normalisation and the reverse, so that libunistring does both.
std::string fold_name(std::string_view utf8) {
  std::size_t size = 0;
  auto* folded = u8_casefold(reinterpret_cast<const std::uint8_t*>(utf8.data()), utf8.size(), nullptr, UNINORM_NFKC,
                             nullptr, &size);
  if (!folded) return std::string(utf8);
  std::string out(reinterpret_cast<const char*>(folded), size);
  std::free(folded);
  return out;
}

}  // namespace
}  // namespace chela::packages

extern "C" __attribute__((visibility("default")))
const chela::packages::PackagesModule chela_packages_module = {chela::packages::kPackagesModuleLayout,
                                                               chela::packages::read_archive,
                                                               chela::packages::write_tarball,
                                                               chela::packages::write_zip,
                                                               chela::packages::fold_name,
                                                               chela::packages::sha512,
                                                               chela::packages::blake2b512,
                                                               chela::packages::generate_keys,
                                                               chela::packages::sign,
                                                               chela::packages::verify};
