#pragma once

// Upstream's package `openclaw` itself, for plugins that use more of its SDK than the bridge has of its own (class R).
// One copy of one version for all of them, in `<home>/plugins-runtime/openclaw-<version>/node_modules`. Loop thread.

#include <filesystem>
#include <string>

#include "kernel/core/loop/task.hpp"
#include "kernel/core/packages/fetch.hpp"

namespace chela::packages {

// What it takes on disk, for people to decide by.
inline constexpr int kOpenclawMegabytes = 500;

// The folder whose node_modules has the package, once it is installed.
std::filesystem::path openclaw_folder(const std::filesystem::path& home);
bool has_openclaw(const std::filesystem::path& home);

// What a plugin imports of the SDK that the bridge does not have, such as "openclaw/plugin-sdk/channel-inbound"; empty
// when the bridge has all of it. Asks bridge-node's scan, which reads the plugin's files and runs none of them.
// `bridge` is bridge-node's folder. Errors: those of the scan, in its words.
Task<Result<std::string>> find_missing_sdk(FetchContext& context, std::filesystem::path node,
                                           std::filesystem::path bridge, std::filesystem::path plugin);

// Brings the package there, with no script run, as a whole or not at all. Held by one Store of the home.
Task<Result<void>> install_openclaw(FetchContext& context, std::filesystem::path home);

}  // namespace chela::packages
