#pragma once

// The registry protocol of npm: packuments, tarballs with their integrity, search. Loop thread.

#include <filesystem>
#include <string>
#include <vector>

#include "kernel/core/loop/task.hpp"
#include "kernel/core/packages/fetch.hpp"

namespace chela::packages {

struct NpmVersion {
  std::string version;
  std::string tarball;    // URL
  std::string integrity;  // "sha512-<base64>"
};

struct NpmFound {
  std::string name;
  std::string version;
  std::string description;
};

// `wanted` is an exact version or a tag; empty is "latest". Errors: not_found with the tags there are; denied when the
// version has no sha512, or its tarball would come over http from an https registry; those of the network.
Task<Result<NpmVersion>> find_npm_version(FetchContext& context, std::string base, std::string name,
                                          std::string wanted);

// Errors: corrupt when the bytes are not those of the integrity; nothing is written then.
Task<Result<void>> download_npm(FetchContext& context, NpmVersion version, std::filesystem::path file);

// Packages of one of `keywords` that fit `text`, the best first, at most 50.
Task<Result<std::vector<NpmFound>>> search_npm(FetchContext& context, std::string text,
                                               std::vector<std::string> keywords);

}  // namespace chela::packages
