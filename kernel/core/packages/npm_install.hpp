#pragma once

// The dependencies of upstream's packages, by the program npm, with no script of any package run. Loop thread.

#include <filesystem>
#include <vector>

#include "kernel/core/loop/task.hpp"
#include "kernel/core/packages/fetch.hpp"
#include "kernel/core/packages/package.hpp"

namespace chela::packages {

// Installs `dependencies` below `folder`/node_modules beside what is bundled there. npm works in a folder of its own,
// `work`, which holds nothing of the package, so that no .npmrc, lock file or workspace of it counts. Errors: denied
// for what does not come from the registry (git, URLs, files); unavailable with npm's own words; not_found without npm.
Task<Result<void>> install_dependencies(FetchContext& context, std::vector<Dependency> dependencies,
                                        std::filesystem::path folder, std::filesystem::path work);

// Whether a range of package.json leads to the registry: versions, ranges, tags, and npm: aliases of them.
bool is_registry_range(std::string_view range);

}  // namespace chela::packages
