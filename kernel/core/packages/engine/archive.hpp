#pragma once

// libarchive behind the seam: reading with the formats that packages come in, writing reproducibly. Any thread.

#include "kernel/core/packages/engine.hpp"

namespace chela::packages {

Result<void> read_archive(int descriptor, ArchiveSink& sink);
Result<void> write_tarball(int descriptor, std::span<const PackedFile> files);
Result<void> write_zip(int descriptor, std::span<const PackedFile> files);

}  // namespace chela::packages
