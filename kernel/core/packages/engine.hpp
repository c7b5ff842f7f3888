#pragma once

// The seam between the kernel and the packages module (engine/): libarchive, the ed25519 of OpenSSL and Unicode tables,
// in a library of its own that is loaded when a package is installed, and never by a gateway that only runs plugins.
// Both sides come from one build and include this; neither links the other. Only header-only kernel types cross.
// The module decodes and computes; what is allowed is decided by the kernel. Any thread.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"

namespace chela::packages {

enum class EntryKind : std::uint8_t { file, directory, link, other };

struct ArchiveEntry {
  std::string name;  // as it stands in the archive
  EntryKind kind = EntryKind::file;
  std::uint32_t mode = 0;
};

// What an archive is read into. An error ends the reading and is handed on.
class ArchiveSink {
 public:
  virtual Result<void> on_entry(const ArchiveEntry& entry) = 0;
  // Of the last entry; pieces come in order. `offset` beyond what came before is a hole.
  virtual Result<void> on_data(std::uint64_t offset, std::string_view bytes) = 0;

 protected:
  ~ArchiveSink() = default;
};

struct PackedFile {
  std::string name;
  bool executable = false;
  std::string bytes;
};

struct KeyPair {
  std::string seed;        // 32 bytes, secret
  std::string public_key;  // 32 bytes
};

struct PackagesModule {
  std::uint32_t layout;
  // tar, also with gzip, bzip2 or zstd, and zip. The descriptor must be seekable. Errors: corrupt, and those of the sink.
  Result<void> (*read_archive)(int descriptor, ArchiveSink& sink);
  // A tar with gzip whose bytes depend on nothing but `files`.
  Result<void> (*write_tarball)(int descriptor, std::span<const PackedFile> files);
  // A zip likewise, in the order of `files`, all of 1980-01-01 and without modes.
  Result<void> (*write_zip)(int descriptor, std::span<const PackedFile> files);
  // Two names that a file system without case, or one that normalises, takes for the same fold to equal text.
  std::string (*fold_name)(std::string_view utf8);
  std::string (*sha512)(std::string_view bytes);
  std::string (*blake2b512)(std::string_view bytes);
  // RFC 8032, pure ed25519.
  Result<KeyPair> (*generate_keys)();
  Result<std::string> (*sign)(std::string_view seed, std::string_view message);
  bool (*verify)(std::string_view public_key, std::string_view message, std::string_view signature);
};

inline constexpr std::uint32_t kPackagesModuleLayout =
    2u << 24 | static_cast<std::uint32_t>(sizeof(ArchiveEntry)) << 12 | static_cast<std::uint32_t>(sizeof(PackedFile));
// The module exports one constant of this name and of type PackagesModule.
inline constexpr const char* kPackagesModuleSymbol = "chela_packages_module";

// `libchela_packages` in `../lib` of the executable, loaded for good; loading it again is cheap. Blocking. Errors:
// those of SharedLibrary::load(); unsupported for a module of another build.
Result<const PackagesModule*> load_packages_module();

}  // namespace chela::packages
