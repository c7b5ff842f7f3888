#pragma once

// One commit of a repository as an archive, by the program git. No working tree is made, so that neither hooks nor
// filters nor submodules of the repository have a say; settings of the machine and of its users are not read. Loop
// thread.

#include <filesystem>
#include <string>

#include "kernel/core/loop/task.hpp"
#include "kernel/core/packages/fetch.hpp"

namespace chela::packages {

// Fetches `ref` (empty: HEAD) of `url` into the new bare repository `repository` and writes its tree as a tar to
// `archive`. Returns the hash of the commit. Errors: unavailable with git's own words, not_found when there is no git.
Task<Result<std::string>> clone_git(FetchContext& context, std::string url, std::string ref,
                                    std::filesystem::path repository, std::filesystem::path archive);

}  // namespace chela::packages
