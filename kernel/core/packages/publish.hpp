#pragma once

// The publisher's side: signing a folder, packing it, and looking whether others could install it. Blocking; any
// thread.

#include <filesystem>
#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/packages/engine.hpp"
#include "kernel/core/packages/package.hpp"
#include "kernel/core/packages/signature.hpp"

namespace chela::packages {

// Writes chela.files and its signature into the folder of a package. Errors: those of read_package() and of the disk.
Result<void> sign_folder(const PackagesModule& engine, const SecretKey& key, const std::filesystem::path& folder);

// Writes the folder as a .tgz in the form of npm, everything below `package/`. The same files make the same bytes.
Result<void> pack_folder(const PackagesModule& engine, const std::filesystem::path& folder,
                         const std::filesystem::path& archive);

// ID-VERSION.tgz
std::string archive_name(const PackageInfo& info);

// What would keep others from installing the package, or should make its publisher think; the errors come first.
std::vector<PackageProblem> publish_problems(const PackagesModule& engine, const std::filesystem::path& folder);

}  // namespace chela::packages
